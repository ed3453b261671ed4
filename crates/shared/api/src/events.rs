//! What happens, as `GET /events` tells it.

use cloister_model::{Digest, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that happened to what the caller may see: ids only, ask the API for more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The act, as the audit log names it; also `run.progress`, which is not logged.
    pub action: String,
    /// The user who did it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub actor: Option<UserId>,
    /// The workspace it happened in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub workspace: Option<Digest>,
    /// To what: the id of a user, job, run, dataset, or a statement's digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}
