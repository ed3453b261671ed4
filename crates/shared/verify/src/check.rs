//! The names of the checks. They are stable: tests, logs, problems and bundles speak them.

use std::fmt;

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// A named check.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check { $($(#[$doc])* $name),+ }

        impl Check {
            /// Every check, those of a run first and in their order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

checks! {
    /// The challenge is ours, of this run and spec, unexpired, and was consumed first.
    Session = "session";
    /// The evidence is bound to the transcript rebuilt from our own values, all 64 bytes.
    Transcript = "transcript";
    /// The evidence is signed under a pinned root.
    Chain = "chain";
    /// Firmware floor, VMPL 0, debug off, migration off.
    Platform = "platform";
    /// The code is an accepted one.
    Measurement = "measurement";
    /// The charter is in force and none higher was ever seen.
    Charter = "charter";
    /// Certificates are live, listed in the charter and unsuspended.
    Membership = "membership";
    /// Manifests are their datasets' newest.
    Manifest = "manifest";
    /// Every dataset is granted to the workspace, now.
    Grant = "grant";
    /// The approval policy is met for exactly this spec.
    Approval = "approval";
    /// The runner may run it.
    RunPolicy = "run_policy";
    /// Input values meet the approved types and constraints.
    Inputs = "inputs";
    /// Simulated only where charter, manifests and grants allow it.
    Assurance = "assurance";
    /// The workspace is not archived.
    Archive = "archive";
    /// No privacy budget is exceeded.
    Budget = "budget";
    /// The run id is unused or a repeat; runs are left.
    Counter = "counter";
    /// The bytes are in the one encoding (bundles and dossiers).
    Format = "format";
    /// Every signature holds under the key it must (bundles and dossiers).
    Signature = "signature";
    /// The workspace is the one expected (bundles).
    Genesis = "genesis";
    /// The broker is the one the charter names, with its configuration (bundles).
    Broker = "broker";
    /// The release record says what the checks find (bundles).
    Release = "release";
    /// The receipt is by the worker released to (bundles).
    Receipt = "receipt";
    /// The results are those of the receipt (bundles).
    Result = "result";
    /// Acknowledgements are by the broker (bundles).
    Acknowledgement = "acknowledgement";
    /// The log contains the entries (bundles).
    Inclusion = "inclusion";
    /// The checkpoints are the log's (bundles).
    Checkpoint = "checkpoint";
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A check that refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{check}: {reason}")]
pub struct Refused {
    /// The check.
    pub check: Check,
    /// Why; one sentence.
    pub reason: String,
}

impl Refused {
    /// A refusal.
    pub fn new(check: Check, reason: impl Into<String>) -> Self {
        Self { check, reason: reason.into() }
    }
}

/// Refuses with `reason` unless `holds`.
pub(crate) fn ensure(holds: bool, check: Check, reason: impl FnOnce() -> String) -> Result<(), Refused> {
    if holds { Ok(()) } else { Err(Refused::new(check, reason())) }
}
