//! Entries, Merkle tiles, checkpoints and proofs of the append-only log.
//!
//! Hashes are those of RFC 6962, files those of C2SP tlog-tiles, checkpoints C2SP signed notes under Ed25519.
//! Invariants: an entry has exactly one encoding; whatever decodes here encodes back to the same bytes; memory
//! does not grow with the log, neither when appending nor when verifying.
//! Limits: the crate does no I/O (callers hand in bytes by path and write the bytes they are given), an entry
//! holds at most 65,535 bytes, and a log that nobody remembers a checkpoint of can be replaced as a whole by
//! whoever holds its key.
#![forbid(unsafe_code)]

pub mod checkpoint;
pub mod cosignature;
pub mod entry;
mod hash_text;
pub mod included;
pub mod log;
pub mod proof;
pub mod tiles;
pub mod tree;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use cosignature::{Cosigned, Quorum, QuorumError, WitnessKey};
pub use entry::{Entry, EntryError, Outcome, commit};
pub use included::{Included, IncludedError};
pub use proof::{InclusionProof, ProofError};
pub use tree::{Frontier, Hash};
