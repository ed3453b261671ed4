//! Uploads, datasets, shares.

use cloister_model::{
    DatasetId, DatasetName, Digest, Email, OrgName, RunId, SqlName, Timestamp, WorkspaceId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Envelope;

/// `POST /uploads`: begins (or, for an equal request by the same caller, resumes) the upload of one ciphertext file.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadRequest {
    /// The dataset it is for.
    #[schema(value_type = Uuid)]
    pub dataset: DatasetId,
    /// Version of the data.
    pub version: u32,
    /// The file's name in the dataset.
    pub name: String,
}

/// An upload. Parts go to `PUT /uploads/{id}/parts/{offset}` (raw bytes, 1 B to 16 MiB, `offset` must equal `received`);
/// `POST /uploads/{id}/finish` with [`FinishUpload`] compares size and digest.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Upload {
    /// The upload.
    pub id: Uuid,
    /// Bytes durably received.
    pub received: u64,
    /// Whether it is finished.
    pub finished: bool,
}

/// Size and digest of the whole ciphertext.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishUpload {
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    #[schema(value_type = String)]
    pub sha256: Digest,
}

/// `POST /datasets`: the first manifest; `POST /datasets/{id}/manifests`: a superseding one.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestBody {
    /// The signed manifest; its files must be finished uploads, or what `from_run` made.
    pub manifest: Envelope,
    /// The data key, sealed to the owner's own age recipients; base64.
    pub owner_key: String,
    /// The caller's ingest that made the manifest's file, instead of an upload (superseding manifests only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub from_run: Option<RunId>,
    /// New grants and seals for workspaces that keep the dataset (superseding manifests only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<ShareBody>,
}

/// `POST /datasets/{id}/shares`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareBody {
    /// The signed grant.
    pub grant: Envelope,
    /// The data key, sealed by HPKE to the broker of the workspace's charter: `{enc, ciphertext}` as the crate `statement`
    /// writes it.
    #[schema(value_type = Object)]
    pub sealed_key: serde_json::Value,
    /// The dataset's SQL name in the workspace.
    #[schema(value_type = String)]
    pub sql_name: SqlName,
}

/// `POST /datasets/{id}/seals`: repeats the seal for the broker now in force.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealBody {
    /// The workspace.
    #[schema(value_type = String)]
    pub workspace: WorkspaceId,
    /// The data key, sealed to the broker.
    #[schema(value_type = Object)]
    pub sealed_key: serde_json::Value,
}

/// A dataset.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Dataset {
    /// The dataset.
    #[schema(value_type = Uuid)]
    pub id: DatasetId,
    /// Its name.
    #[schema(value_type = String)]
    pub name: DatasetName,
    /// Who owns it.
    #[schema(value_type = String)]
    pub owner: Email,
    /// The owner's organisation.
    #[schema(value_type = String)]
    pub organisation: OrgName,
    /// Whether the caller owns it.
    pub own: bool,
    /// `ready` or `deleted` (shown as "unreleasable").
    pub state: String,
    /// Digest of the highest manifest.
    #[schema(value_type = String)]
    pub manifest: Digest,
    /// The signed manifest: schema, rules, files.
    pub statement: Envelope,
    /// The owner's certificate.
    pub certificate: Envelope,
    /// The data key sealed to the owner; base64; only for the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_key: Option<String>,
    /// Where it is shared (for the owner: everywhere; for others: workspaces they are in).
    pub shares: Vec<Share>,
    /// When it was added.
    #[schema(value_type = String)]
    pub created: Timestamp,
}

/// A dataset's share to a workspace.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Share {
    /// The workspace.
    #[schema(value_type = String)]
    pub workspace: WorkspaceId,
    /// The SQL name there.
    #[schema(value_type = String)]
    pub sql_name: SqlName,
    /// The signed grant.
    pub grant: Envelope,
    /// Its digest.
    #[schema(value_type = String)]
    pub grant_digest: Digest,
    /// `live`, `revoked`, `superseded`.
    pub state: String,
}
