//! RFC 6962 hashing and the frontier of a growing tree.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// Hash of a leaf: SHA-256 of 0x00 and the entry.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// Hash of an inner node: SHA-256 of 0x01 and both children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Root of the empty tree: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The roots of the perfect subtrees that make up a tree, largest first: all that is needed to append.
///
/// Holds one hash for each bit set in the size, never more than 64.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Frontier {
    size: u64,
    hashes: Vec<Hash>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    size: u64,
    #[serde(with = "crate::hash_text")]
    hashes: Vec<Hash>,
}

/// A stored frontier that cannot be one: its count of hashes does not fit its size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a frontier of size {size} cannot have {hashes} hashes")]
pub struct FrontierError {
    size: u64,
    hashes: usize,
}

impl TryFrom<Stored> for Frontier {
    type Error = FrontierError;
    fn try_from(stored: Stored) -> Result<Self, FrontierError> {
        let Stored { size, hashes } = stored;
        // The bound keeps counting from overflowing; no log comes near it.
        if size >> 62 == 0 && size.count_ones() as usize == hashes.len() {
            Ok(Self { size, hashes })
        } else {
            Err(FrontierError { size, hashes: hashes.len() })
        }
    }
}

impl From<Frontier> for Stored {
    fn from(frontier: Frontier) -> Self {
        Self { size: frontier.size, hashes: frontier.hashes }
    }
}

impl Frontier {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Count of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash.
    pub fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.hashes.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.hashes.push(hash);
        self.size += 1;
    }

    /// Adds leaves by their hashes, in order.
    pub fn extend(&mut self, leaves: &[Hash]) {
        for leaf in leaves {
            self.append(*leaf);
        }
    }

    /// Root of the tree as it stands.
    pub fn root(&self) -> Hash {
        let folded = self.hashes.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
        folded.unwrap_or_else(empty_root)
    }

    /// Roots of the perfect subtrees of `2^low ..2^(low + 8)` leaves, largest first.
    pub(crate) fn band(&self, low: u32) -> &[Hash] {
        let above = self.size.checked_shr(low + 8).unwrap_or(0).count_ones() as usize;
        let from = self.size.checked_shr(low).unwrap_or(0).count_ones() as usize;
        self.hashes.get(above..from).unwrap_or(&[])
    }

    pub(crate) fn hashes(&self) -> &[Hash] {
        &self.hashes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves of the reference tests of Certificate Transparency.
    fn leaves() -> Vec<Vec<u8>> {
        let texts = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        texts.iter().map(|t| hex::decode(t).unwrap()).collect()
    }

    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::new();
        assert_eq!(hex::encode(frontier.root()), roots[0]);
        for (leaf, root) in leaves().iter().zip(&roots[1..]) {
            frontier.append(leaf_hash(leaf));
            assert_eq!(hex::encode(frontier.root()), *root, "size {}", frontier.size());
        }
    }

    #[test]
    fn a_frontier_survives_storage_and_refuses_a_wrong_count() {
        let mut frontier = Frontier::new();
        for leaf in leaves() {
            frontier.append(leaf_hash(&leaf));
            let text = serde_json::to_string(&frontier).unwrap();
            assert_eq!(serde_json::from_str::<Frontier>(&text).unwrap(), frontier);
        }
        assert!(serde_json::from_str::<Frontier>(r#"{"size":3,"hashes":[]}"#).is_err());
        let upper = serde_json::to_string(&frontier).unwrap().replace('d', "D");
        assert!(serde_json::from_str::<Frontier>(&upper).is_err());
    }
}
