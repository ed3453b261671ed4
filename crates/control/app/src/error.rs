//! Why a use case did not do it. Knows no HTTP; the server's one table maps it.

use cloister_authz::Denied;
use cloister_store::{Disk, StoreError};

use crate::PipeError;

/// Refused, absent, invalid, conflicting and unavailable are five different things.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Not allowed, by permission.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Nobody is signed in, or the secret given is not valid.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The secret was valid once.
    #[error("{0}")]
    Expired(&'static str),
    /// Not there, as far as the caller may know.
    #[error("there is no such {0}")]
    Absent(&'static str),
    /// What was sent is not what it should be.
    #[error("{0}")]
    Invalid(String),
    /// Well-formed, but it cannot be done as asked.
    #[error("{0}")]
    Unprocessable(String),
    /// It is there already, or changed meanwhile.
    #[error("{0}")]
    Conflict(String),
    /// The caller saw another version of it.
    #[error("{0}")]
    Stale(&'static str),
    /// The thing is not in a state for it.
    #[error("{0}")]
    State(String),
    /// A named check refused.
    #[error("{reason}")]
    Refused {
        /// The check.
        check: String,
        /// Why.
        reason: String,
    },
    /// Too many tries.
    #[error("too many failed sign-ins; try again in a few minutes")]
    Throttled,
    /// The disk is full or read-only.
    #[error(transparent)]
    Disk(#[from] Disk),
    /// The database does not answer; why is for the operator.
    #[error("the database does not answer: {0}")]
    Database(String),
    /// The objects, the log or the broker does not answer.
    #[error("{0}")]
    Unavailable(String),
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

impl AppError {
    /// A fault of ours.
    pub fn internal(why: impl std::fmt::Display) -> Self {
        Self::Internal(why.to_string())
    }

    /// What fails the server itself, as problems and readiness name it; none where it is the request.
    pub fn failing(&self) -> Option<&'static str> {
        match self {
            Self::Disk(Disk::Full) => Some("disk_space"),
            Self::Disk(Disk::ReadOnly) => Some("disk_writable"),
            Self::Database(_) => Some("database"),
            _other => None,
        }
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(what: &str, why: &std::io::Error) -> Self {
        Disk::of(why).map_or_else(|| Self::Unavailable(format!("{what}: {why}")), Self::Disk)
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict("it is there already, or it changed meanwhile".into()),
            StoreError::NotFound => Self::Absent("thing"),
            StoreError::Busy => Self::Unavailable("the database is busy; try again".into()),
            StoreError::Disk(disk) => Self::Disk(disk),
            StoreError::Database(why) => Self::Database(why),
            StoreError::Unavailable(why) => Self::Unavailable(why),
            StoreError::Corrupt(why) => Self::Internal(why),
        }
    }
}

impl From<PipeError> for AppError {
    fn from(error: PipeError) -> Self {
        match error {
            PipeError::Refused { check, reason } => {
                Self::Refused { check: check.unwrap_or("broker".into()), reason }
            }
            PipeError::Conflict { reason, .. } => Self::Conflict(reason),
            PipeError::Malformed(reason) => Self::Invalid(reason),
            PipeError::Absent(_) => Self::Absent("thing at the broker"),
            PipeError::Unavailable(reason) => Self::Unavailable(reason),
        }
    }
}
