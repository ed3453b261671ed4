//! Why the broker does not do what it is asked. Refused, malformed, absent, conflicting and unavailable are told apart.

/// Why the broker did not do it.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// A named check refused.
    #[error("{check}: {reason}")]
    Refused {
        /// The check.
        check: &'static str,
        /// Why.
        reason: String,
    },
    /// The request cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// There is no such session or run.
    #[error("{0}")]
    Absent(String),
    /// It contradicts what the broker already holds, or comes too early.
    #[error("{check}: {reason}")]
    Conflict {
        /// The check.
        check: &'static str,
        /// Why.
        reason: String,
    },
    /// Not now: not anchored yet, or another session holds the run's keys.
    #[error("{0}")]
    Unavailable(String),
    /// The state or the machine failed.
    #[error("the broker's state failed: {0}")]
    Internal(String),
}

impl BrokerError {
    pub(crate) fn refused(check: &'static str, reason: impl Into<String>) -> Self {
        Self::Refused { check, reason: reason.into() }
    }

    pub(crate) fn conflict(check: &'static str, reason: impl Into<String>) -> Self {
        Self::Conflict { check, reason: reason.into() }
    }

    pub(crate) fn malformed(error: impl std::fmt::Display) -> Self {
        Self::Malformed(error.to_string())
    }

    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }
}

/// What the broker's functions give.
pub type Result<T> = std::result::Result<T, BrokerError>;
