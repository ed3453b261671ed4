//! Jobs: drafts, submission, review.

use cloister_model::{Digest, Email, JobId, JobName, SqlName, Timestamp, WorkspaceId, variables::Variable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Envelope;

/// A draft's content: `POST /workspaces/{id}/jobs`, `PUT /jobs/{id}`. Nothing of it is binding until a spec is signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The name; unique in the workspace.
    #[schema(value_type = String)]
    pub name: JobName,
    /// The SQL.
    pub source: String,
    /// Who shall be able to decrypt the result.
    #[schema(value_type = Vec<String>)]
    pub readers: Vec<Email>,
    /// Input variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub variables: Vec<Variable>,
    /// How often it may run.
    pub max_runs: u32,
    /// Until when it may run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub valid_until: Option<Timestamp>,
}

/// A job.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// The job.
    #[schema(value_type = Uuid)]
    pub id: JobId,
    /// Its workspace.
    #[schema(value_type = String)]
    pub workspace: WorkspaceId,
    /// `draft`, `under_review`, `accepted`, `rejected`.
    pub state: String,
    /// Who made it.
    #[schema(value_type = String)]
    pub creator: Email,
    /// The draft as it stands.
    pub draft: Draft,
    /// The signed spec, once submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<Envelope>,
    /// The spec's digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub spec_digest: Option<Digest>,
    /// The reviews of that spec.
    pub reviews: Vec<ReviewInfo>,
    /// Who must still approve, by e-mail; with groups: members of groups below their threshold.
    #[schema(value_type = Vec<String>)]
    pub awaiting: Vec<Email>,
    /// Runs counted so far.
    pub runs_used: u32,
    /// SQL names the workspace's shares give now, and their manifests.
    #[schema(value_type = Object)]
    pub tables: std::collections::BTreeMap<SqlName, Digest>,
    /// When it was made.
    #[schema(value_type = String)]
    pub created: Timestamp,
}

/// A spec that a job stood for, or stands for: `GET /jobs/{id}/specs`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JobSpec {
    /// The signed spec.
    pub statement: Envelope,
    /// Its digest.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// When it was submitted.
    #[schema(value_type = String)]
    pub submitted: Timestamp,
    /// Whether it was accepted, then or now.
    pub accepted: bool,
}

/// A review.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReviewInfo {
    /// Who.
    #[schema(value_type = String)]
    pub reviewer: Email,
    /// `approve` or `reject`.
    pub decision: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The signed review.
    pub statement: Envelope,
    /// Its digest.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// When it was stored.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Whether it still counts.
    pub counts: bool,
}
