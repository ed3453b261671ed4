//! Hashes of subtrees, read back from tiles.

use std::collections::BTreeMap;

use super::{TileError, WIDTH, decode_tile, perfect_root, tile_path, width_of};
use crate::tree::{Hash, empty_root, node_hash};

/// Hashes of perfect subtrees of a log of a given size, read from its tiles; each tile is read once.
pub struct TileHashes<F> {
    size: u64,
    read: F,
    seen: BTreeMap<(u32, u64), Vec<Hash>>,
}

impl<F: FnMut(&str) -> Option<Vec<u8>>> TileHashes<F> {
    /// A reader over the tiles of a log of `size` entries.
    pub fn new(size: u64, read: F) -> Self {
        Self { size, read, seen: BTreeMap::new() }
    }

    /// Root of the leaves `from..from + 2^height`; `from` is a multiple of `2^height`.
    pub(crate) fn subtree(&mut self, from: u64, height: u32) -> Result<Hash, TileError> {
        let level = height / 8;
        let first = from >> (8 * level);
        let n = first / WIDTH;
        let path = || tile_path(level, n, width_of(n, self.size >> (8 * level)));
        if !self.seen.contains_key(&(level, n)) {
            let path = path();
            let bytes = (self.read)(&path).ok_or_else(|| TileError::Missing(path.clone()))?;
            let hashes = decode_tile(&bytes).ok_or(TileError::Malformed(path))?;
            self.seen.insert((level, n), hashes);
        }
        let start = usize::try_from(first % WIDTH).unwrap_or(usize::MAX);
        let end = start.saturating_add(1 << (height % 8));
        let hashes = self.seen.get(&(level, n)).and_then(|hashes| hashes.get(start..end));
        let hashes = hashes.ok_or_else(|| TileError::Malformed(tile_path(level, n, WIDTH)))?;
        Ok(perfect_root(hashes))
    }

    /// Root of the leaves `from..to`, where `from` is a multiple of the largest power of two in the range.
    pub(crate) fn range(&mut self, from: u64, to: u64) -> Result<Hash, TileError> {
        let mut parts = Vec::new();
        let mut at = from;
        while at < to {
            let height = (to - at).ilog2();
            parts.push(self.subtree(at, height)?);
            at += 1 << height;
        }
        let folded = parts.into_iter().rev().reduce(|right, left| node_hash(&left, &right));
        Ok(folded.unwrap_or_else(empty_root))
    }
}
