//! The checks in words, for people who read a report and no documentation.

use cloister_verify::Check;

/// What it means that a check holds.
pub(super) const fn of(check: Check) -> &'static str {
    match check {
        Check::Format => "The file is a bundle in its one encoding; no statement stands in it twice.",
        Check::Genesis => "The bundle is of the workspace expected.",
        Check::Signature => {
            "Every statement is signed by the key that its kind demands, within its certificate's dates."
        }
        Check::Broker => {
            "The key broker is the one the charter names, with its configuration and its own evidence."
        }
        Check::Session => {
            "The worker answered a fresh challenge of that broker, for this run and job, in time."
        }
        Check::Transcript => "The worker's evidence is bound to this exchange and to the worker's own keys.",
        Check::Chain => "The evidence is signed by a chip whose certificates lead to a trusted root.",
        Check::Platform => "The platform has the firmware demanded, cannot be debugged and cannot be moved.",
        Check::Measurement => "The worker's program is one that the broker's configuration accepts.",
        Check::Charter => "The charter was in force: every member it lists agreed.",
        Check::Membership => "Author, runner and readers were members with valid certificates.",
        Check::Manifest => "Each dataset was the newest of its kind, and its owner's rules allowed the job.",
        Check::Grant => "Each owner let this workspace use the dataset at that moment.",
        Check::Approval => "Everyone whose approval the charter demands approved exactly this job.",
        Check::RunPolicy => "The run was asked for by someone who may run the job, at that time.",
        Check::Inputs => "The values given to the run are of the types and within the limits approved.",
        Check::Assurance => "Simulated hardware was used only if charter, datasets and grants allow it.",
        Check::Archive => "The workspace was not archived.",
        Check::Budget => "No privacy budget was exceeded.",
        Check::Counter => "The run is one of those approved, and was released at most twice.",
        Check::Release => "The broker's release record says what these checks found.",
        Check::Receipt => "The receipt is by the worker that got the keys, for this run.",
        Check::Result => "The results are those of the receipt.",
        Check::Acknowledgement => {
            "What restricts was acknowledged by the broker, each under a number of its own."
        }
        Check::Inclusion => {
            "The log contains the entries that the bundle shows, the release record's among them."
        }
        Check::Checkpoint => "The log's key signed the checkpoints.",
    }
}
