//! The kinds of damage, each with a stable name.

use crate::cosignature::QuorumError;

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Something that the signed size implies is gone.
    #[error("truncated: `{0}` is missing or too short")]
    Truncated(String),
    /// An entry or a hash was changed.
    #[error("edited: `{path}` does not hold what was signed{}", place(*.index))]
    Edited {
        /// The file.
        path: String,
        /// The entry, where one can be named.
        index: Option<u64>,
    },
    /// Entries stand in another order than signed.
    #[error("reordered: entry {0} stands in another place than signed")]
    Reordered(u64),
    /// The key signed two logs of which neither continues the other.
    #[error("forked: the log does not continue the one of {0} entries seen before")]
    Forked(u64),
    /// The checkpoint is older than one seen before.
    #[error("stale: the log has {size} entries, {seen} were seen before")]
    Stale {
        /// Entries signed now.
        size: u64,
        /// Entries seen before.
        seen: u64,
    },
    /// The checkpoint is not signed by the log's key.
    #[error("unsigned: {0}")]
    Unsigned(String),
    /// Too few of the witnesses asked for cosigned the checkpoint.
    #[error("unwitnessed: {0}")]
    Unwitnessed(#[from] QuorumError),
    /// A file is not what its path says.
    #[error("malformed: `{path}`: {reason}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file could not be read; nothing is known about it.
    #[error("unreadable: `{path}`: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the reader said.
        reason: String,
    },
}

fn place(index: Option<u64>) -> String {
    index.map(|index| format!(" (entry {index})")).unwrap_or_default()
}

impl Damage {
    /// Stable name of the kind of damage.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Truncated(_) => "truncated",
            Self::Edited { .. } => "edited",
            Self::Reordered(_) => "reordered",
            Self::Forked(_) => "forked",
            Self::Stale { .. } => "stale",
            Self::Unsigned(_) => "unsigned",
            Self::Unwitnessed(_) => "unwitnessed",
            Self::Malformed { .. } => "malformed",
            Self::Unreadable { .. } => "unreadable",
        }
    }

    pub(crate) fn malformed(path: &str, reason: impl Into<String>) -> Self {
        Self::Malformed { path: path.to_owned(), reason: reason.into() }
    }
}
