//! The worker: leases a run, proves itself to the broker, runs exactly the approved job, seals the result, signs the
//! receipt.
//!
//! What it believes: the broker's signature under the key that the charter names, and every statement whose digest
//! stands in the release record. Nothing else that the server says counts: ciphertext is compared with the manifest's
//! digests before it is read, and the server sees stages, a share of the input, and codes of a closed list.
//!
//! Limits: one run at a time; the whole result is held in memory to be sealed (what an ingest makes goes out in parts).

mod attester;
mod ciphertext;
mod exchange;
mod grounds;
mod hold;
mod ingest;
mod job;
mod outputs;
mod parts;
mod patience;
mod ranges;
mod real_run;
mod serve;
mod test_run;

use std::sync::Arc;

use cloister_client::worker::CallError;
use cloister_model::{Clock, Rng};

pub use attester::{Attester, AttesterError};
pub use serve::{Worker, serve};

/// Time and randomness of the process.
pub struct Ambient {
    /// Tells the time; the host's, never trusted for more than labels.
    pub clock: Box<dyn Clock>,
    /// Gives randomness.
    pub rng: Arc<dyn Rng>,
}

/// Why a run did not succeed. Carries no value of any dataset.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The broker or a rule refused.
    #[error("refused by `{check}`: {reason}")]
    Refused {
        /// The named check.
        check: String,
        /// Why.
        reason: String,
    },
    /// The run was cancelled, or its keys may no longer be held.
    #[error("cancelled")]
    Cancelled,
    /// The lease went to another worker or ended.
    #[error("the lease is lost: {0}")]
    LeaseLost(String),
    /// The engine stopped with a code of its closed list.
    #[error("failed with `{code}`")]
    Engine {
        /// The code.
        code: &'static str,
        /// The refusing check of the rules, if any.
        check: Option<String>,
    },
    /// Statements or ciphertext of the run do not fit together.
    #[error("`{check}` does not hold: {reason}")]
    Broken {
        /// What was checked.
        check: &'static str,
        /// Why it does not hold.
        reason: String,
    },
    /// Server or broker cannot be reached.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The platform gives no evidence.
    #[error(transparent)]
    Attester(#[from] AttesterError),
}

impl RunError {
    /// The code that the server stores; from a closed list.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::Cancelled => "cancelled",
            Self::LeaseLost(_) => "lease_lost",
            Self::Engine { code, .. } => code,
            Self::Broken { .. } => "broken_input",
            Self::Unavailable(_) => "unavailable",
            Self::Attester(_) => "no_evidence",
        }
    }

    /// The check that refused, if one did.
    pub fn check(&self) -> Option<String> {
        match self {
            Self::Refused { check, .. } => Some(check.clone()),
            Self::Engine { check, .. } => check.clone(),
            Self::Broken { check, .. } => Some((*check).to_owned()),
            Self::Cancelled | Self::LeaseLost(_) | Self::Unavailable(_) | Self::Attester(_) => None,
        }
    }

    fn broken(check: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Broken { check, reason: reason.to_string() }
    }
}

impl From<CallError> for RunError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused { check, reason } => Self::Refused { check, reason },
            CallError::Lost(reason) => Self::LeaseLost(reason),
            CallError::Unavailable(reason) | CallError::Protocol(reason) => Self::Unavailable(reason),
        }
    }
}
