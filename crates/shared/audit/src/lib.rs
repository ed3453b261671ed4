//! Entries, Merkle tiles, checkpoints and proofs of the append-only log.
