//! The log as the API shows it.

use cloister_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One entry of `GET /audit` (filters: `workspace`, `action`, `from`, `to`; newest first).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Place in the log; absent until integrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Who, as the organisation may know it: an e-mail, `host operator`, `worker`, `broker`.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// `done` or `refused`.
    pub outcome: String,
    /// The check that refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The entry's exact bytes in the log, base64.
    pub encoded: String,
}

/// `GET /log`: how to verify the log. Tiles are at `GET /log/tile/...`, the checkpoint at `GET /log/checkpoint`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LogInfo {
    /// The name in its checkpoints.
    pub origin: String,
    /// Its Ed25519 public key, hexadecimal.
    pub public_key: String,
    /// The newest checkpoint, a signed note.
    pub checkpoint: String,
}
