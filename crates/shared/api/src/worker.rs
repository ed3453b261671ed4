//! What a worker asks of the server. Authenticated by the worker's own token; every later call carries the lease's fence,
//! which orders work and is no security check.

use cloister_model::{DatasetId, Digest, RunId, SqlName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Envelope;

/// `POST /worker/leases`: waits up to `wait_seconds` (at most 30) for work; 204 when there is none.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseRequest {
    /// How long to wait.
    pub wait_seconds: u32,
    /// Whether its evidence is simulated. A run that wants hardware is not leased to it.
    pub simulated: bool,
    /// The name the worker made for itself: 1 to 60 lower-case letters, digits, `_`, `-` or `.`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it measures, hexadecimal, if it knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measurement: Option<String>,
}

/// Work for one worker. A lease lasts 30 s and is renewed by `POST /worker/runs/{id}/progress`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// The run.
    #[schema(value_type = Uuid)]
    pub run: RunId,
    /// Orders leases of one run; goes with every later call.
    pub fence: i64,
    /// `real` or `test`.
    pub kind: String,
    /// The spec's digest.
    #[schema(value_type = String)]
    pub spec: Digest,
    /// Every statement of the run: certificates, charters, acceptances, suspensions, manifests, grants, spec, reviews,
    /// withdrawals, run request, acknowledgements.
    pub statements: Vec<Envelope>,
    /// Per table: the data key sealed to the broker and where the ciphertext is.
    pub tables: Vec<LeasedTable>,
}

/// One table of a leased run.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeasedTable {
    /// The SQL name.
    #[schema(value_type = String)]
    pub sql_name: SqlName,
    /// The manifest.
    #[schema(value_type = String)]
    pub manifest: Digest,
    /// The dataset; ciphertext is at `GET /worker/runs/{run}/files/{dataset}/{version}/{name}?fence=` (range requests).
    #[schema(value_type = Uuid)]
    pub dataset: DatasetId,
    /// The data key, sealed by HPKE to the broker; absent in tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub sealed_key: Option<serde_json::Value>,
}

/// `POST /worker/runs/{id}/progress`: renews the lease.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressReport {
    /// The lease's fence.
    pub fence: i64,
    /// `proving`, `releasing`, `reading`, `computing`, `sealing`.
    pub stage: String,
    /// Share of the input read, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
}

/// Whether to go on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GoOn {
    /// The run was cancelled: stop within 2 s and wipe.
    pub cancelled: bool,
}

/// `POST /worker/runs/{id}/release`: brings the release record and what it rests on to the server, which logs it and
/// answers with the entry, its inclusion proof and the checkpoint.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseReport {
    /// The lease's fence.
    pub fence: i64,
    /// The broker's signed release record.
    pub record: Envelope,
    /// The broker's signed challenge.
    pub challenge: Envelope,
    /// The transcript's bytes, base64.
    pub transcript: String,
    /// The worker's evidence, base64 of the exact bytes sent to the broker.
    pub evidence: String,
}

/// An entry of the log with its proof: `Included` of the crate `audit`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct InclusionDocument(pub serde_json::Value);

/// `POST /worker/runs/{id}/finish`, after the outputs were put to `PUT /worker/runs/{id}/outputs/{name}?fence=`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishReport {
    /// The lease's fence.
    pub fence: i64,
    /// `succeeded`, `cancelled`, or a code of the closed list.
    pub outcome: String,
    /// The check that refused, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The signed receipt; a test run has none, nor has a run that got no keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Envelope>,
    /// Outputs that were put.
    pub outputs: Vec<crate::runs::OutputInfo>,
}

/// `GET /workers`: workers that asked for work within the last week, as they present themselves. It proves nothing: the
/// broker appraises a worker's evidence for each run.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkerInfo {
    /// The name it made for itself.
    pub name: String,
    /// `simulated` or `hardware`.
    pub assurance: String,
    /// Its measurement, hexadecimal, if it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measurement: Option<String>,
    /// When it first asked for work.
    #[schema(value_type = String)]
    pub first_seen: cloister_model::Timestamp,
    /// When it last asked for work.
    #[schema(value_type = String)]
    pub last_seen: cloister_model::Timestamp,
}
