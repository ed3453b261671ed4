//! Inclusion and consistency proofs of RFC 6962, made from tiles and verified.

use serde::{Deserialize, Serialize};

use crate::tiles::{TileError, TileHashes};
use crate::tree::{Hash, node_hash};

/// Why a proof was not made or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The place is not inside the log.
    #[error("there is no entry {index} in a log of {size} entries")]
    Index {
        /// The place.
        index: u64,
        /// The size.
        size: u64,
    },
    /// No proof leads between these sizes.
    #[error("a log of {size1} entries cannot be shown to grow into one of {size2}")]
    Sizes {
        /// The earlier size.
        size1: u64,
        /// The later size.
        size2: u64,
    },
    /// The proof has too many or too few hashes.
    #[error("the proof does not have the length its sizes ask for")]
    Length,
    /// The proof leads to another root.
    #[error("the proof does not lead to the root")]
    Root,
    /// The tiles do not give the hashes.
    #[error(transparent)]
    Tiles(#[from] TileError),
}

/// An entry's place and the hashes from it up to the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// Place of the entry, from zero.
    pub index: u64,
    /// Size of the log.
    pub size: u64,
    /// Sibling hashes, lowest first; hex in JSON.
    #[serde(with = "crate::hash_text")]
    pub hashes: Vec<Hash>,
}

impl InclusionProof {
    /// Makes the proof from the tiles of a log of `size` entries.
    pub fn make(
        size: u64,
        index: u64,
        read_tile: impl FnMut(&str) -> Option<Vec<u8>>,
    ) -> Result<Self, ProofError> {
        Ok(Self { index, size, hashes: inclusion(size, index, read_tile)? })
    }

    /// Whether the leaf stands at the proof's place under this root.
    pub fn verify(&self, leaf: &Hash, root: &Hash) -> Result<(), ProofError> {
        verify_inclusion(leaf, self.index, self.size, &self.hashes, root)
    }
}

/// Where a range of more than one leaf is split: the largest power of two below its length.
fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

/// The hashes that lead from entry `index` to the root of a log of `size` entries, lowest first.
pub fn inclusion(
    size: u64,
    index: u64,
    read_tile: impl FnMut(&str) -> Option<Vec<u8>>,
) -> Result<Vec<Hash>, ProofError> {
    if index >= size {
        return Err(ProofError::Index { index, size });
    }
    let mut tiles = TileHashes::new(size, read_tile);
    let (mut from, mut to) = (0, size);
    let mut hashes = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            hashes.push(tiles.range(middle, to)?);
            to = middle;
        } else {
            hashes.push(tiles.range(from, middle)?);
            from = middle;
        }
    }
    hashes.reverse();
    Ok(hashes)
}

/// The hashes that show that a log of `size2` entries begins with the log of `size1` entries.
pub fn consistency(
    size1: u64,
    size2: u64,
    read_tile: impl FnMut(&str) -> Option<Vec<u8>>,
) -> Result<Vec<Hash>, ProofError> {
    if size1 == 0 || size1 > size2 {
        return Err(ProofError::Sizes { size1, size2 });
    }
    let mut tiles = TileHashes::new(size2, read_tile);
    let (mut from, mut to) = (0, size2);
    let mut hashes = Vec::new();
    while to > size1 {
        let middle = from + split(to - from);
        if size1 <= middle {
            hashes.push(tiles.range(middle, to)?);
            to = middle;
        } else {
            hashes.push(tiles.range(from, middle)?);
            from = middle;
        }
    }
    // The verifier knows the earlier root; only a part of it has to be handed over.
    if from > 0 {
        hashes.push(tiles.range(from, to)?);
    }
    hashes.reverse();
    Ok(hashes)
}

/// Whether a leaf stands at `index` in the log of `size` entries with this root (RFC 9162, 2.1.3.2).
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Index { index, size });
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last == 0, hash == *root) {
        (true, true) => Ok(()),
        (true, false) => Err(ProofError::Root),
        (false, _) => Err(ProofError::Length),
    }
}

/// Whether the log with `root2` begins with the log with `root1` (RFC 9162, 2.1.4.2).
///
/// A log of size zero is a prefix of every log and proves nothing, so it is refused here.
pub fn verify_consistency(
    size1: u64,
    root1: &Hash,
    size2: u64,
    root2: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if size1 == 0 || size1 > size2 {
        return Err(ProofError::Sizes { size1, size2 });
    }
    if size1 == size2 {
        return match (proof.is_empty(), root1 == root2) {
            (true, true) => Ok(()),
            (true, false) => Err(ProofError::Root),
            (false, _) => Err(ProofError::Length),
        };
    }
    // A perfect earlier tree is itself the first node.
    let (first, rest) = if size1.is_power_of_two() {
        (root1, proof)
    } else {
        proof.split_first().ok_or(ProofError::Length)?
    };
    let (old, new) = fold_consistency(size1, size2, first, rest)?;
    if old == *root1 && new == *root2 { Ok(()) } else { Err(ProofError::Root) }
}

/// Both roots that the hashes lead to.
fn fold_consistency(size1: u64, size2: u64, first: &Hash, rest: &[Hash]) -> Result<(Hash, Hash), ProofError> {
    let shift = (size1 - 1).trailing_ones();
    let (mut node, mut last) = ((size1 - 1) >> shift, (size2 - 1) >> shift);
    let (mut old, mut new) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node & 1 == 1 || node == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last == 0 { Ok((old, new)) } else { Err(ProofError::Length) }
}
