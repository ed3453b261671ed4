//! A bundle, offline: the checks of the run as the broker made them, and those of what came of it.
//!
//! Time: the release record's own issue time, for everything; the dates of evidence may be looked at for another moment.
//! Statements that the broker acknowledged after the release (by sequence number) did not count then and do not here.

use cloister_model::{Digest, Timestamp};
use cloister_statement::bundle::Bundle;

use crate::{Check, Refused};

mod aftermath;
mod grounds;

use aftermath::Missing;

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not.
    Broken,
    /// The bundle, or the caller, did not bring what it needs.
    Missing,
    /// Not looked at, because an earlier one is broken.
    Unchecked,
}

impl Verdict {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Broken => "broken",
            Self::Missing => "missing",
            Self::Unchecked => "unchecked",
        }
    }
}

/// One check of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The check.
    pub check: Check,
    /// What became of it.
    pub verdict: Verdict,
    /// Why, unless it holds.
    pub reason: String,
}

/// The verdict on a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything holds, on hardware.
    Holds,
    /// A check is broken.
    Broken(Check),
    /// Nothing is broken, but something needed is absent.
    Incomplete,
    /// Everything holds, but the evidence is simulated.
    Simulated,
}

/// What verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Every check, in order.
    pub checks: Vec<Line>,
    /// What a good bundle does not prove, in words.
    pub not_proven: Vec<String>,
    /// The verdict: broken before incomplete before simulated before holds.
    pub outcome: Outcome,
}

impl Report {
    /// The exit code of `cloister verify`.
    pub const fn exit_code(&self, simulated: Simulated) -> u8 {
        match (self.outcome, simulated) {
            (Outcome::Holds, _) | (Outcome::Simulated, Simulated::Allowed) => 0,
            (Outcome::Broken(_), _) => 1,
            (Outcome::Incomplete, _) => 2,
            (Outcome::Simulated, Simulated::Told) => 3,
        }
    }
}

/// Whether the caller takes simulated evidence for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simulated {
    /// It is told apart by its exit code.
    Told,
    /// The caller said `--allow-simulated`.
    Allowed,
}

/// The checks of a bundle in the order in which they are made.
const ORDER: &[Check] = &[
    Check::Format,
    Check::Genesis,
    Check::Signature,
    Check::Broker,
    Check::Session,
    Check::Transcript,
    Check::Chain,
    Check::Platform,
    Check::Measurement,
    Check::Charter,
    Check::Membership,
    Check::Manifest,
    Check::Grant,
    Check::Approval,
    Check::RunPolicy,
    Check::Inputs,
    Check::Assurance,
    Check::Archive,
    Check::Budget,
    Check::Counter,
    Check::Release,
    Check::Receipt,
    Check::Result,
    Check::Acknowledgement,
    Check::Inclusion,
    Check::Checkpoint,
];

/// Verifies the bytes of a bundle. `genesis` is the digest that the caller pinned or got by another channel; `at` another
/// moment for the dates of evidence.
pub fn verify_bytes(bytes: &[u8], genesis: Option<Digest>, at: Option<Timestamp>) -> Report {
    match Bundle::parse(bytes) {
        Ok(bundle) => verify(&bundle, genesis, at),
        Err(error) => report(&[], &Err(Refused::new(Check::Format, error.to_string())), genesis),
    }
}

/// What a bundle that is not broken shows.
pub(crate) struct Shown {
    simulated: bool,
    /// What it does not bring.
    missing: Missing,
}

impl Shown {
    /// Why a check that nothing breaks is not proven, if so.
    fn missing(&self, check: Check) -> Option<&String> {
        match check {
            Check::Acknowledgement => self.missing.unacknowledged.as_ref(),
            Check::Inclusion | Check::Checkpoint => self.missing.unlogged.as_ref(),
            Check::Format
            | Check::Genesis
            | Check::Signature
            | Check::Broker
            | Check::Session
            | Check::Transcript
            | Check::Chain
            | Check::Platform
            | Check::Measurement
            | Check::Charter
            | Check::Membership
            | Check::Manifest
            | Check::Grant
            | Check::Approval
            | Check::RunPolicy
            | Check::Inputs
            | Check::Assurance
            | Check::Archive
            | Check::Budget
            | Check::Counter
            | Check::Release
            | Check::Receipt
            | Check::Result => None,
        }
    }
}

/// Verifies a bundle.
pub fn verify(bundle: &Bundle, genesis: Option<Digest>, at: Option<Timestamp>) -> Report {
    let mut passed = Vec::new();
    let result = all(bundle, genesis, at, &mut passed);
    report(&passed, &result, genesis)
}

fn all(
    bundle: &Bundle,
    genesis: Option<Digest>,
    at: Option<Timestamp>,
    passed: &mut Vec<Check>,
) -> Result<Shown, Refused> {
    let grounds = grounds::establish(bundle, genesis, at, passed)?;
    let cleared = grounds.run(bundle, passed)?;
    let missing = aftermath::check(bundle, &grounds, &cleared, passed)?;
    let simulated = cleared.assurance == cloister_model::Assurance::Simulated || grounds.simulated;
    Ok(Shown { simulated, missing })
}

fn report(passed: &[Check], result: &Result<Shown, Refused>, genesis: Option<Digest>) -> Report {
    let line = |check: Check| {
        let unless_missing = |reason: &str| (Verdict::Missing, reason.to_owned());
        let (verdict, reason) = match result {
            Err(refused) if refused.check == check => (Verdict::Broken, refused.reason.clone()),
            Ok(shown) if let Some(why) = shown.missing(check) => unless_missing(why),
            _ if check == Check::Genesis && passed.contains(&check) && genesis.is_none() => {
                unless_missing("no genesis digest was pinned or given to compare with")
            }
            _ if passed.contains(&check) => (Verdict::Holds, String::new()),
            Ok(_) | Err(_) => (Verdict::Unchecked, "an earlier check is broken".into()),
        };
        Line { check, verdict, reason }
    };
    let checks: Vec<Line> = ORDER.iter().copied().map(line).collect();
    let simulated = matches!(result, Ok(shown) if shown.simulated);
    let outcome = match result {
        Err(refused) => Outcome::Broken(refused.check),
        Ok(_) if checks.iter().any(|l| l.verdict != Verdict::Holds) => Outcome::Incomplete,
        Ok(_) if simulated => Outcome::Simulated,
        Ok(_) => Outcome::Holds,
    };
    Report { checks, not_proven: not_proven(simulated, genesis), outcome }
}

fn not_proven(simulated: bool, genesis: Option<Digest>) -> Vec<String> {
    let mut out = Vec::new();
    if simulated {
        out.push("that any hardware protected the run: the evidence is simulated");
    }
    if genesis.is_none() {
        out.push("that the workspace is the one you mean: no genesis digest was pinned or given");
    }
    out.extend([
        "that the log shows everyone the same: no outside witness has cosigned its checkpoint",
        "that nothing was revoked, suspended or withdrawn before the run that this bundle leaves out",
        "the times: they are the broker's and the worker's own clocks",
        "that the members understood the program they approved",
    ]);
    out.into_iter().map(str::to_owned).collect()
}
