//! What is told beside the checks: whether the evidence still holds now, and how the log compares with what this
//! profile saw of it.

use cloister_audit::Checkpoint;
use cloister_client::profile::PinnedLog;
use cloister_model::{Digest, Timestamp};
use cloister_statement::bundle::Bundle;
use cloister_verify::{
    Check,
    bundle::{Outcome, Report, Verdict, verify},
};
use serde_json::{Value, json};

/// Whether what was valid at the run is valid now.
pub(super) enum Now {
    /// A check is broken anyhow.
    Unchecked,
    /// It is.
    Holds(Timestamp),
    /// It is not: a platform's certificates have ended since, say, or this device's clock is wrong.
    Ended {
        /// When it was looked at.
        at: Timestamp,
        /// The check that refuses now.
        check: Check,
        /// Why.
        reason: String,
    },
}

impl Now {
    /// Appraises the evidence of a bundle that is not broken once more, for now.
    pub(super) fn of(
        bundle: Option<&Bundle>,
        genesis: Option<Digest>,
        then: &Report,
        now: Timestamp,
    ) -> Self {
        let (Some(bundle), Outcome::Holds | Outcome::Incomplete | Outcome::Simulated) =
            (bundle, then.outcome)
        else {
            return Self::Unchecked;
        };
        let report = verify(bundle, genesis, Some(now));
        match report.outcome {
            Outcome::Broken(check) => {
                let line = report.checks.into_iter().find(|line| line.check == check);
                Self::Ended { at: now, check, reason: line.map(|line| line.reason).unwrap_or_default() }
            }
            Outcome::Holds | Outcome::Incomplete | Outcome::Simulated => Self::Holds(now),
        }
    }

    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Unchecked => "not looked at, because a check is broken".into(),
            Self::Holds(at) => format!("still valid at {at}"),
            Self::Ended { at, check, reason } => {
                format!("valid then, not now (at {at}): refused by `{check}`: {reason}")
            }
        }
    }

    pub(super) fn json(&self) -> Value {
        match self {
            Self::Unchecked => json!({ "outcome": "unchecked" }),
            Self::Holds(at) => json!({ "outcome": "holds", "at": at }),
            Self::Ended { at, check, reason } => {
                json!({ "outcome": "not_now", "at": at, "check": check.as_str(), "reason": reason })
            }
        }
    }
}

/// How the log of a bundle compares with the last checkpoint that this profile verified.
pub(super) enum Seen {
    /// A check is broken anyhow, or nothing of a log is in the bundle.
    Unchecked,
    /// This profile has verified no log.
    Never,
    /// The bundle is of another log than the one pinned.
    AnotherLog,
    /// A checkpoint of the bundle is the one seen.
    Same(u64),
    /// Other sizes: a bundle brings no proof of consistency.
    NotCompared {
        /// Entries of the log that the bundle's newest checkpoint commits to.
        bundle: u64,
        /// Entries of the log seen.
        seen: u64,
    },
    /// Two roots for one size: the log showed two faces.
    Forked(u64),
}

impl Seen {
    /// Compares the checkpoints of a bundle that is not broken.
    pub(super) fn of(bundle: Option<&Bundle>, report: &Report, pinned: Option<&PinnedLog>) -> Self {
        let (Some(bundle), Outcome::Holds | Outcome::Incomplete | Outcome::Simulated) =
            (bundle, report.outcome)
        else {
            return Self::Unchecked;
        };
        let Some(log) = pinned else { return Self::Never };
        let read = |note: &str| cloister_audit::checkpoint::verify(note, &log.origin, &log.key.0).ok();
        let notes = bundle.inclusions.iter().map(|doc| read(&doc.checkpoint));
        let Some(own) = notes.collect::<Option<Vec<Checkpoint>>>() else { return Self::AnotherLog };
        let Some(newest) = own.iter().map(|checkpoint| checkpoint.size).max() else { return Self::Unchecked };
        let Some(seen) = log.checkpoint.as_deref().and_then(read) else { return Self::Never };
        let fork = own.iter().enumerate().find_map(|(at, one)| {
            let others = own.iter().skip(at + 1).chain([&seen]);
            others
                .into_iter()
                .any(|other| other.size == one.size && other.root != one.root)
                .then_some(one.size)
        });
        match fork {
            Some(size) => Self::Forked(size),
            None if own.contains(&seen) => Self::Same(seen.size),
            None => Self::NotCompared { bundle: newest, seen: seen.size },
        }
    }

    /// A fork breaks the bundle by `checkpoint`.
    pub(super) fn refuse(&self, report: &mut Report) {
        match self {
            Self::Forked(_) => {
                report.outcome = Outcome::Broken(Check::Checkpoint);
                for line in report.checks.iter_mut().filter(|line| line.check == Check::Checkpoint) {
                    line.verdict = Verdict::Broken;
                    line.reason = self.sentence();
                }
            }
            Self::Unchecked | Self::Never | Self::AnotherLog | Self::Same(_) | Self::NotCompared { .. } => {}
        }
    }

    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Unchecked => "not compared".into(),
            Self::Never => "this profile has verified no log: nothing to compare with".into(),
            Self::AnotherLog => "the bundle is of another log than the one this profile pinned".into(),
            Self::Same(size) => format!("the same checkpoint of {size} entries was verified here before"),
            Self::NotCompared { bundle, seen } => format!(
                "the bundle's log has {bundle} entries, the one verified here {seen}: a bundle brings no proof that one \
                 grew into the other; `cloister audit verify` on the log compares them"
            ),
            Self::Forked(size) => {
                format!(
                    "the log signed two roots for {size} entries, here and in what was seen of it: it forked"
                )
            }
        }
    }

    pub(super) fn json(&self) -> Value {
        let outcome = match self {
            Self::Unchecked => "unchecked",
            Self::Never => "never_seen",
            Self::AnotherLog => "another_log",
            Self::Same(_) => "same",
            Self::NotCompared { .. } => "not_compared",
            Self::Forked(_) => "forked",
        };
        json!({ "outcome": outcome, "detail": self.sentence() })
    }
}
