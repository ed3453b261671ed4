//! What the broker says: challenges, release records, acknowledgements.

use std::collections::BTreeSet;

use cloister_model::{Assurance, Digest, RunId, Timestamp};
use serde::{Deserialize, Serialize};

use super::PublicKey;

/// Kinds of trusted execution environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tee {
    /// A simulated SEV-SNP report under a development root: proves nothing.
    Sim,
    /// AMD SEV-SNP.
    Snp,
    /// Intel TDX.
    Tdx,
    /// Intel SGX.
    Sgx,
    /// AWS Nitro.
    Nitro,
}

/// The broker challenges a worker to prove itself now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// The broker's signing key.
    pub broker: PublicKey,
    /// The session, random.
    pub session: Digest,
    /// 32 random bytes.
    pub nonce: Digest,
    /// The run the worker named.
    pub run: RunId,
    /// The spec the worker named.
    pub spec: Digest,
    /// At most 60 s after it was issued.
    pub expires: Timestamp,
}

/// The broker says that it releases keys to one attested worker for one run, and on what grounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRecord {
    /// The run.
    pub run: RunId,
    /// The spec.
    pub spec: Digest,
    /// The charter in force.
    pub charter: Digest,
    /// The run request.
    pub request: Digest,
    /// Every statement the checks used, these three included.
    pub statements: BTreeSet<Digest>,
    /// The manifests whose keys are released.
    pub manifests: BTreeSet<Digest>,
    /// The challenge answered.
    pub challenge: Digest,
    /// SHA-256 of the evidence bytes.
    pub evidence: Digest,
    /// SHA-256 of the transcript.
    pub transcript: Digest,
    /// The worker's signing key, as in the transcript.
    pub worker: PublicKey,
    /// The worker's launch measurement, hexadecimal.
    pub measurement: String,
    /// What the evidence proves.
    pub assurance: Assurance,
    /// Which use of the spec this is, 1 to `max_runs`.
    pub count: u32,
    /// 1 for the first release of the run, 2 for its repeat.
    pub attempt: u32,
    /// SHA-256 of the broker's configuration.
    pub configuration: Digest,
    /// The broker's sequence number.
    pub sequence: u64,
    /// Head of the broker's hash chain after this change.
    pub state: Digest,
}

/// The broker has taken a restricting statement into account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// The statement.
    pub statement: Digest,
    /// The broker's sequence number.
    pub sequence: u64,
    /// Head of the broker's hash chain after this change.
    pub state: Digest,
}
