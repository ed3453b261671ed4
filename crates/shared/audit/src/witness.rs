//! What a witness does with a checkpoint it is shown: the rules of C2SP tlog-witness, without its transport.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    checkpoint::{self, Checkpoint, CheckpointError},
    proof::verify_consistency,
    tree::{Frontier, Hash},
};

/// The most hashes of a consistency proof: one a level of the tree.
const MOST: usize = 63;

/// A checkpoint to cosign, with the proof that it continues the one cosigned before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Size of the checkpoint that the log believes was cosigned last; 0 for none.
    pub old: u64,
    /// The consistency proof between that size and the note's.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub note: String,
}

/// Why a checkpoint is not cosigned. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No request of this form.
    #[error("the request is malformed: {0}")]
    Malformed(&'static str),
    /// A log this witness does not watch.
    #[error("no log of the name in the checkpoint is watched here")]
    UnknownLog,
    /// Not signed by the log's key.
    #[error("the checkpoint is not signed by the key of the log")]
    Unsigned,
    /// The log asks from another size than the one cosigned last, or has two roots for one size.
    #[error("the checkpoint of {size} entries was cosigned last")]
    Conflict {
        /// The size cosigned last.
        size: u64,
    },
    /// The proof does not lead from the checkpoint cosigned last to this one.
    #[error("the checkpoint does not continue the one that was cosigned last")]
    Inconsistent,
}

impl Request {
    /// Reads `old N`, the proof's lines, an empty line and the note.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let text = std::str::from_utf8(bytes).map_err(|_| Refused::Malformed("it is no text"))?;
        let (head, note) = text.split_once("\n\n").ok_or(Refused::Malformed("it has no empty line"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old = old.and_then(|digits| {
            let size: u64 = digits.parse().ok()?;
            // One number has one spelling.
            (size.to_string() == digits).then_some(size)
        });
        let old = old.ok_or(Refused::Malformed("it does not begin with the old size"))?;
        let proof = lines.map(hash).collect::<Option<Vec<_>>>();
        let proof = proof.ok_or(Refused::Malformed("a line of the proof is no hash"))?;
        if proof.len() > MOST {
            return Err(Refused::Malformed("the proof has more than 63 hashes"));
        }
        Ok(Self { old, proof, note: note.to_owned() })
    }

    /// Writes what [`Request::parse`] reads.
    pub fn to_text(&self) -> String {
        let proof: String = self.proof.iter().map(|hash| BASE64_STANDARD.encode(hash) + "\n").collect();
        format!("old {}\n{proof}\n{}", self.old, self.note)
    }

    /// The name of the log in the note, not yet verified.
    pub fn origin(&self) -> &str {
        self.note.lines().next().unwrap_or_default()
    }

    /// The checkpoint that a witness may cosign, given the one it cosigned last. Whoever calls stores it durably before
    /// cosigning, and lets no second request of the same log in between.
    pub fn judge(
        &self,
        origin: &str,
        key: &[u8; 32],
        last: Option<&Checkpoint>,
    ) -> Result<Checkpoint, Refused> {
        let new = checkpoint::verify(&self.note, origin, key).map_err(|e| match e {
            CheckpointError::OtherLog(_) => Refused::UnknownLog,
            CheckpointError::Unsigned => Refused::Unsigned,
            CheckpointError::Malformed | CheckpointError::Name(_) | CheckpointError::Key => {
                Refused::Malformed("its checkpoint is no signed note")
            }
        })?;
        if self.old > new.size {
            return Err(Refused::Malformed("the old size is larger than the checkpoint's"));
        }
        let size = last.map_or(0, |last| last.size);
        let forked = last.is_some_and(|last| last.size == new.size && last.root != new.root);
        if self.old != size || forked {
            return Err(Refused::Conflict { size });
        }
        match last {
            Some(last) if last.size > 0 => {
                verify_consistency(last.size, &last.root, new.size, &new.root, &self.proof)
                    .map_err(|_| Refused::Inconsistent)?;
            }
            // Every log continues the empty one, and needs no proof of it.
            Some(_) | None => {
                let empty = new.size > 0 || new.root == Frontier::default().root();
                if !self.proof.is_empty() || !empty {
                    return Err(Refused::Inconsistent);
                }
            }
        }
        Ok(new)
    }
}

fn hash(line: &str) -> Option<Hash> {
    BASE64_STANDARD.decode(line).ok()?.try_into().ok()
}
