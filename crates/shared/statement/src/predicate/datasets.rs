//! Datasets: manifests, grants and their ends.

use cloister_model::{Assurance, DatasetId, DatasetName, Digest, Timestamp, rules::Rules, schema::Schema};
use serde::{Deserialize, Serialize};

/// One encrypted file of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CiphertextFile {
    /// Its name in the dataset, bound into the AAD: `part-00000.parquet`.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the ciphertext.
    pub sha256: Digest,
}

/// What the files of a dataset are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Encrypted Parquet: what jobs read.
    #[default]
    Parquet,
    /// One file as it was, sealed with `age`: what its owner's ingest reads, and nothing else.
    Raw,
}

impl FileFormat {
    /// Whether it is what a manifest means that names no format.
    pub const fn is_parquet(&self) -> bool {
        matches!(self, Self::Parquet)
    }
}

/// The owner says what a dataset is now. A higher sequence number voids older manifests and their grants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The dataset.
    pub dataset: DatasetId,
    /// 1, 2, 3, ... per (owner's person, dataset).
    pub sequence: u64,
    /// The manifest before; absent in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
    /// Version of the data: changes when the ciphertext does. One data key a version.
    pub version: u32,
    /// Its name.
    pub name: DatasetName,
    /// Columns, in order.
    pub schema: Schema,
    /// What the owner allows.
    pub rules: Rules,
    /// The least assurance of a worker.
    pub floor: Assurance,
    /// The ciphertext; never empty.
    pub files: Vec<CiphertextFile>,
    /// What they are; absent for encrypted Parquet.
    #[serde(default, skip_serializing_if = "FileFormat::is_parquet")]
    pub format: FileFormat,
    /// SHA-256 of the data key under the domain `cloister/key-id/v1`.
    pub key_id: Digest,
}

/// The owner ends a dataset for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetDeletion {
    /// The dataset.
    pub dataset: DatasetId,
    /// Its last manifest.
    pub manifest: Digest,
}

/// Which charters a grant holds under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pin {
    /// Only while this charter is in force.
    Charter(Digest),
    /// Under every later charter of the workspace.
    Follows,
}

/// The owner lets a workspace use a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The manifest granted.
    pub manifest: Digest,
    /// The charters it holds under.
    pub pin: Pin,
    /// Whether a simulated worker may get the key.
    pub allow_simulated: bool,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// Seconds after `issued_at` within which the owner must grant again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renew_within: Option<u64>,
}

/// The owner ends a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// The grant.
    pub grant: Digest,
}
