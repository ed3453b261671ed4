//! Why the client did not do what was asked.

use std::path::PathBuf;

use cloister_api::Problem;
use cloister_model::Digest;

/// Why a call, a check or a local act failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server answered with a problem.
    #[error("{}", .0.detail.as_deref().unwrap_or(&.0.title))]
    Problem(Box<Problem>),
    /// The server cannot be reached, or not now.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The server answered something that is not the API.
    #[error("the server answered something unexpected: {0}")]
    Protocol(String),
    /// A restricting statement was stored, and the broker has not acknowledged it.
    #[error(
        "not in force yet: the broker has not acknowledged the statement `{0}`; asking again later is safe"
    )]
    NotInForce(Digest),
    /// A check made here refused.
    #[error("refused by `{check}`: {reason}")]
    Refused {
        /// The check.
        check: &'static str,
        /// Why.
        reason: String,
    },
    /// The name fits several things.
    #[error("`{name}` fits more than one {what}: {}", .candidates.join(", "))]
    Ambiguous {
        /// Kind of thing.
        what: &'static str,
        /// What was asked for.
        name: String,
        /// What it fits: id and name.
        candidates: Vec<String>,
    },
    /// Nothing of that name or id is visible to the caller.
    #[error("no {what} `{name}` that you can see")]
    Unknown {
        /// Kind of thing.
        what: &'static str,
        /// What was asked for.
        name: String,
    },
    /// The profile has no session.
    #[error("not signed in: run `cloister login URL --email E`")]
    NotSignedIn,
    /// The person has no certificate yet.
    #[error("you have no certificate yet: run `cloister login` again")]
    NoCertificate,
    /// The profile lacks the key of the live certificate.
    #[error(
        "this profile lacks the key `{0}` of your live certificate: restore your backup with `cloister key restore`"
    )]
    KeyMissing(Digest),
    /// What the person gave cannot be used.
    #[error("{0}")]
    Input(String),
    /// The thing is in a state that does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// Something that was expected to hold does not, without being a refusal.
    #[error("{0}")]
    Failed(String),
    /// A file.
    #[error("`{}`: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the profile is damaged.
    #[error("the profile's file `{}` is damaged: {reason}", .path.display())]
    Profile {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl ClientError {
    /// A check made here refused.
    pub fn refused(check: &'static str, reason: impl Into<String>) -> Self {
        Self::Refused { check, reason: reason.into() }
    }

    /// The check that refused, here or at the server.
    pub fn check(&self) -> Option<&str> {
        match self {
            Self::Refused { check, .. } => Some(check),
            Self::Problem(problem) => problem.check.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn file(path: &std::path::Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}

/// What was received has not the form or the signature it should have: the named check refuses.
pub(crate) fn malformed(check: &'static str) -> impl Fn(&dyn std::fmt::Display) -> ClientError {
    move |error| ClientError::refused(check, error.to_string())
}
