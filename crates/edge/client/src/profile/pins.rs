//! What was trusted once.

use std::collections::BTreeMap;

use cloister_model::{Digest, WorkspaceId, WorkspaceName};
use serde::{Deserialize, Serialize};

use crate::ClientError;

/// The broker's public keys as first seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedBroker {
    /// Signs certificates, challenges, release records, acknowledgements.
    pub signing_key: Digest,
    /// SHA-256 of its configuration when pinned.
    pub configuration: Digest,
}

/// The log as first seen, and how far it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedLog {
    /// The origin line.
    pub origin: String,
    /// Its Ed25519 key.
    pub key: Digest,
    /// The newest checkpoint verified, a signed note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
}

/// The pins of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pins {
    /// The broker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<PinnedBroker>,
    /// The log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<PinnedLog>,
    /// Workspaces created or accepted here, by genesis digest.
    #[serde(default)]
    pub workspaces: BTreeMap<WorkspaceId, WorkspaceName>,
}

impl Pins {
    /// Pins the broker's key, or refuses another than the pinned one.
    pub fn broker(&mut self, seen: PinnedBroker) -> Result<(), ClientError> {
        match &self.broker {
            Some(pinned) if pinned.signing_key != seen.signing_key => Err(ClientError::refused(
                "broker",
                format!(
                    "the server shows the broker key `{}`, this profile pinned `{}`; a new broker needs a new profile \
                     and new charters",
                    seen.signing_key, pinned.signing_key
                ),
            )),
            Some(_) | None => {
                self.broker = Some(seen);
                Ok(())
            }
        }
    }

    /// Pins the log's name and key, or refuses others than the pinned ones.
    pub fn log(&mut self, origin: &str, key: Digest) -> Result<(), ClientError> {
        match &self.log {
            Some(pinned) if pinned.key != key || pinned.origin != origin => Err(ClientError::refused(
                "log",
                format!(
                    "the server shows the log `{origin}` with key `{key}`, this profile pinned `{}`",
                    pinned.key
                ),
            )),
            Some(_) => Ok(()),
            None => {
                self.log = Some(PinnedLog { origin: origin.into(), key, checkpoint: None });
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_broker_or_log_than_the_pinned_one_is_refused_by_name() {
        let mut pins = Pins::default();
        let broker = |n| PinnedBroker { signing_key: Digest([n; 32]), configuration: Digest([9; 32]) };
        pins.broker(broker(1)).unwrap();
        pins.broker(broker(1)).unwrap();
        assert_eq!(pins.broker(broker(2)).unwrap_err().check(), Some("broker"));
        pins.log("o", Digest([1; 32])).unwrap();
        assert_eq!(pins.log("o", Digest([2; 32])).unwrap_err().check(), Some("log"));
        assert_eq!(pins.log("p", Digest([1; 32])).unwrap_err().check(), Some("log"));
    }
}
