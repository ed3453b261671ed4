//! An entry with the proof that it stands in the log: what brokers are shown and bundles carry.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::checkpoint::{self, Checkpoint, CheckpointError};
use crate::entry::{Entry, EntryError};
use crate::proof::{InclusionProof, ProofError};
use crate::tree::leaf_hash;

/// An entry, its place, and the signed checkpoint of a log that holds it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Included {
    /// The encoded entry in base64.
    pub entry: String,
    /// Its place and the path from there to the root.
    pub proof: InclusionProof,
    /// The signed note.
    pub checkpoint: String,
}

/// Why an entry is not shown to be in the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncludedError {
    /// The entry is not base64 in its one spelling.
    #[error("the entry is not base64")]
    Base64,
    /// The bytes are no entry.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The note is no checkpoint of the log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The proof is for a log of another size than the checkpoint's.
    #[error("the proof is for a log of {proof} entries, the checkpoint for one of {checkpoint}")]
    Size {
        /// Size the proof names.
        proof: u64,
        /// Size that is signed.
        checkpoint: u64,
    },
    /// The entry names another place than the proof.
    #[error("the entry names another place than its proof")]
    Place,
    /// The proof does not lead to the signed root.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl Included {
    /// Puts an encoded entry, its proof and a note together, unchecked.
    pub fn new(entry: &[u8], proof: InclusionProof, checkpoint: String) -> Self {
        Self { entry: STANDARD.encode(entry), proof, checkpoint }
    }

    /// The entry and the checkpoint, once everything fits together.
    pub fn verify(&self, origin: &str, public_key: &[u8; 32]) -> Result<(Entry, Checkpoint), IncludedError> {
        let bytes = STANDARD.decode(&self.entry).map_err(|_| IncludedError::Base64)?;
        let checkpoint = checkpoint::verify(&self.checkpoint, origin, public_key)?;
        if self.proof.size != checkpoint.size {
            return Err(IncludedError::Size { proof: self.proof.size, checkpoint: checkpoint.size });
        }
        self.proof.verify(&leaf_hash(&bytes), &checkpoint.root)?;
        let entry = Entry::decode(&bytes)?;
        if entry.index.is_some_and(|index| index != self.proof.index) {
            return Err(IncludedError::Place);
        }
        Ok((entry, checkpoint))
    }
}
