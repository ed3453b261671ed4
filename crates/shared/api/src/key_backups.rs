//! Encrypted backups of a member's keys: what restores them in another browser or on a command line.

use cloister_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One backup of `GET /me/key-backups`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyBackup {
    /// The public Ed25519 key of the pair in it.
    #[schema(value_type = String)]
    pub key: Digest,
    /// The `age` file under a passphrase that only its owner has, base64.
    pub file: String,
    /// When it was stored.
    #[schema(value_type = String)]
    pub stored: Timestamp,
}

/// `PUT /me/key-backups/{key}`: an `age` file under a generated passphrase, at most 4096 bytes. Another one for the same
/// key takes its place.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyBackupBody {
    /// The file, base64.
    pub file: String,
}
