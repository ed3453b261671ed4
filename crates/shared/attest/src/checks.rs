//! What every check said, in the order in which they refuse.

use serde::Serialize;

/// Whether a check holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It refuses.
    Refused,
    /// It was not made: nothing to compare with was given, or the evidence has no such part.
    NotAsked,
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckResult {
    /// The check: its group, and after a dot what of it.
    pub name: &'static str,
    /// Its verdict.
    pub verdict: Verdict,
    /// Why; empty when it holds.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What to do about it; empty when it does not refuse.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub remedy: &'static str,
}

/// The group of a check: `transcript`, `chain`, `platform` or `measurement`.
pub fn group(check: &str) -> &str {
    check.split_once('.').map_or(check, |(group, _)| group)
}

/// The outcome of a condition, with why it does not hold.
pub(crate) fn must(holds: bool, why: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.into()) }
}

/// Collects results.
#[derive(Default)]
pub(crate) struct Checks(pub(crate) Vec<CheckResult>);

impl Checks {
    /// Notes an outcome.
    pub(crate) fn note(&mut self, name: &'static str, remedy: &'static str, outcome: Result<(), String>) {
        let (verdict, reason, remedy) = match outcome {
            Ok(()) => (Verdict::Holds, String::new(), ""),
            Err(reason) => (Verdict::Refused, reason, remedy),
        };
        self.0.push(CheckResult { name, verdict, reason, remedy });
    }

    /// Notes what could be had, or why not.
    pub(crate) fn had<T>(
        &mut self,
        name: &'static str,
        remedy: &'static str,
        outcome: Result<T, String>,
    ) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.note(name, remedy, Ok(()));
                Some(value)
            }
            Err(reason) => {
                self.note(name, remedy, Err(reason));
                None
            }
        }
    }

    /// Notes a check that was not made.
    pub(crate) fn not_asked(&mut self, name: &'static str, reason: &str) {
        self.0.push(CheckResult { name, verdict: Verdict::NotAsked, reason: reason.into(), remedy: "" });
    }
}
