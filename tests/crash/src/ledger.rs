//! What was acknowledged, with the ids to look for.

use std::sync::{Mutex, PoisonError};

/// An act that its client was told is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// A draft made over HTTP under an idempotency key: its id and its name, which no other has.
    Draft { job: String, name: String },
    /// A token.
    Token { id: String },
    /// A job was made at a command line.
    Job { job: String },
    /// It was submitted.
    Submitted { job: String },
    /// It was approved.
    Approved { job: String },
    /// A run of it was asked for.
    Run { run: String },
    /// A workspace.
    Workspace { id: String },
    /// A dataset was added, its ciphertext uploaded.
    Dataset { id: String },
    /// It was shared.
    Shared { dataset: String },
    /// The share was revoked, acknowledged by the broker.
    Revoked { dataset: String },
}

/// Everything that was acknowledged, in the order of the acknowledgements, and what should never be answered.
#[derive(Default)]
pub(crate) struct Ledger {
    acts: Mutex<Vec<Act>>,
    faults: Mutex<Vec<String>>,
}

impl Ledger {
    /// Writes one down.
    pub(crate) fn acknowledged(&self, act: Act) {
        self.acts.lock().unwrap_or_else(PoisonError::into_inner).push(act);
    }

    /// An answer that no crash excuses: an internal error, or another thing than was asked for.
    pub(crate) fn fault(&self, what: String) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    /// All acts.
    pub(crate) fn acts(&self) -> Vec<Act> {
        self.acts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All faults.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
