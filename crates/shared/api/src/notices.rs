//! The inbox.

use std::collections::BTreeSet;

use cloister_model::{Digest, Email, Timestamp, notices::NoticeKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Something the caller is told of, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// The notice.
    pub id: Uuid,
    /// Of what kind: `invited`, `answered`, `workspace_active`, `workspace_rejected`, `workspace_archived`, `shared`,
    /// `revoked`, `review_asked`, `decided`, `run_finished`, `role_changed`.
    #[schema(value_type = String)]
    pub kind: NoticeKind,
    /// One sentence that says it.
    pub text: String,
    /// Where it is in the console: a path.
    pub link: String,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub actor: Option<Email>,
    /// In which workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub workspace: Option<Digest>,
    /// The id of what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// How it ended, where the kind has outcomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// When the caller read it; absent until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub read: Option<Timestamp>,
}

/// How many notices the caller has not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unread {
    /// So many.
    pub unread: u64,
}

/// `POST /notices/read`: the caller saw its inbox.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadRequest {
    /// The newest notice that was shown: what came after it stays unread.
    pub up_to: Uuid,
}

/// What the caller wants no mail of; the inbox has everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeSettings {
    /// Kinds of notices.
    #[schema(value_type = Vec<String>, max_items = 20)]
    pub muted: BTreeSet<NoticeKind>,
}

/// `GET /notices/settings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeSettingsShown {
    /// Kinds the caller wants no mail of.
    #[schema(value_type = Vec<String>)]
    pub muted: BTreeSet<NoticeKind>,
    /// Whether this server sends mail at all.
    pub mail: bool,
}
