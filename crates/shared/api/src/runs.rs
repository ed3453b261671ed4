//! Runs, results, bundles.

use cloister_model::{Digest, Email, JobId, RunId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Envelope;

/// A run.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// The run.
    #[schema(value_type = Uuid)]
    pub id: RunId,
    /// Its workspace.
    #[schema(value_type = String)]
    pub workspace: WorkspaceId,
    /// Its job.
    #[schema(value_type = Uuid)]
    pub job: JobId,
    /// The signed spec it runs.
    #[schema(value_type = String)]
    pub spec: Digest,
    /// `real` or `test`.
    pub kind: String,
    /// `queued`, `running`, `succeeded`, `failed`, `cancelled`.
    pub state: String,
    /// What a queued run waits for, if not only for its turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Stage of the worker: `proving`, `releasing`, `reading`, `computing`, `sealing`; absent when queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Share of the input read, 0 to 1; absent under a protecting rule's silence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Why it failed: a code of a closed list, or the check that refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The check that refused, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// Who started it.
    #[schema(value_type = String)]
    pub runner: Email,
    /// When it was asked for.
    #[schema(value_type = String)]
    pub created: Timestamp,
    /// When a worker took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub started: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub finished: Option<Timestamp>,
    /// What came out.
    pub outputs: Vec<OutputInfo>,
    /// The release record, once made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Envelope>,
    /// The receipt, once signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Envelope>,
}

/// A sealed output; its bytes are at `GET /runs/{id}/outputs/{name}` for readers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OutputInfo {
    /// `result` or `log`.
    pub name: String,
    /// Ciphertext bytes.
    pub size: u64,
    /// SHA-256 of the ciphertext.
    #[schema(value_type = String)]
    pub sha256: Digest,
}

/// `POST /jobs/{id}/runs`: a signed run request. `POST /jobs/{id}/tests`: a spec with the test flag.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunBody {
    /// The signed run request or test spec.
    pub statement: Envelope,
}

/// `GET /runs/{id}/bundle`: everything `cloister verify` needs, as the crate `statement` defines it. Assembled by the
/// server, which need not be trusted: the verifier checks every part.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct BundleDocument(pub serde_json::Value);
