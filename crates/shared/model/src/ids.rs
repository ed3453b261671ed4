//! Identifiers. Most are UUIDs; a workspace is named by the digest of its first charter.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Digest;

macro_rules! uuid_id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Ok(Self(Uuid::from_str(text)?))
            }
        }
    )+};
}

uuid_id! {
    /// An organisation of this deployment.
    OrgId,
    /// A user; belongs to exactly one organisation.
    UserId,
    /// A signed-in session of the control plane.
    SessionId,
    /// A dataset; made on the owner's device before encryption.
    DatasetId,
    /// A job, over all its specs.
    JobId,
    /// A run; made by the runner in the run request.
    RunId,
}

/// A workspace: the digest of its first charter (the genesis digest).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkspaceId(pub Digest);

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for WorkspaceId {
    type Err = crate::digest::DigestError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.parse()?))
    }
}
