//! Appending batches.

use super::{TileError, WIDTH, bundle_path, decode_bundle, decode_tile, perfect_root, push_entry, tile_path};
use crate::tree::{Frontier, Hash, leaf_hash};

/// Appends batches and says which files to write; holds no more than the frontier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TileWriter {
    frontier: Frontier,
}

impl TileWriter {
    /// A writer for the log that this frontier describes.
    pub fn new(frontier: Frontier) -> Self {
        Self { frontier }
    }

    /// The log as it stands.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Appends encoded entries and gives the files (path, bytes) to write before a checkpoint may name them.
    ///
    /// `read_tile` gives the partial tiles and bundle at the end of the log; they are compared with the frontier
    /// first, so that nothing is built on a damaged file. On an error the writer is unchanged.
    pub fn append(
        &mut self,
        entries: &[Vec<u8>],
        read_tile: impl Fn(&str) -> Option<Vec<u8>>,
    ) -> Result<Vec<(String, Vec<u8>)>, TileError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let mut leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let old = self.frontier.size();
        let mut files = self.bundles(entries, &read_tile)?;
        let mut frontier = self.frontier.clone();
        frontier.extend(&leaves);
        let mut level = 0;
        while !leaves.is_empty() {
            let mut hashes = self.partial_tile(level, &read_tile)?;
            hashes.append(&mut leaves);
            let first = (old >> (8 * level)) / WIDTH;
            for (n, tile) in (first..).zip(hashes.chunks(256)) {
                files.push((tile_path(level, n, tile.len() as u64), tile.concat()));
                if tile.len() == 256 {
                    leaves.push(perfect_root(tile));
                }
            }
            level += 1;
        }
        self.frontier = frontier;
        Ok(files)
    }

    /// The hashes of the last, unfinished tile of a level, compared with the frontier.
    fn partial_tile(
        &self,
        level: u32,
        read_tile: &impl Fn(&str) -> Option<Vec<u8>>,
    ) -> Result<Vec<Hash>, TileError> {
        let count = self.frontier.size().checked_shr(8 * level).unwrap_or(0);
        let width = count % WIDTH;
        if width == 0 {
            return Ok(Vec::new());
        }
        let path = tile_path(level, count / WIDTH, width);
        let bytes = read_tile(&path).ok_or_else(|| TileError::Missing(path.clone()))?;
        let hashes = decode_tile(&bytes).filter(|hashes| hashes.len() as u64 == width);
        let hashes = hashes.ok_or_else(|| TileError::Malformed(path.clone()))?;
        self.agrees(&hashes, level, path)?;
        Ok(hashes)
    }

    fn agrees(&self, hashes: &[Hash], level: u32, path: String) -> Result<(), TileError> {
        let mut part = Frontier::new();
        part.extend(hashes);
        if part.hashes() == self.frontier.band(8 * level) { Ok(()) } else { Err(TileError::Differs(path)) }
    }

    fn bundles(
        &self,
        entries: &[Vec<u8>],
        read_tile: &impl Fn(&str) -> Option<Vec<u8>>,
    ) -> Result<Vec<(String, Vec<u8>)>, TileError> {
        let mut n = self.frontier.size() / WIDTH;
        let mut width = self.frontier.size() % WIDTH;
        let mut bundle = if width == 0 { Vec::new() } else { self.partial_bundle(n, width, read_tile)? };
        let mut files = Vec::new();
        for entry in entries {
            push_entry(&mut bundle, entry)?;
            width += 1;
            if width == WIDTH {
                files.push((bundle_path(n, width), std::mem::take(&mut bundle)));
                n += 1;
                width = 0;
            }
        }
        if width > 0 {
            files.push((bundle_path(n, width), bundle));
        }
        Ok(files)
    }

    fn partial_bundle(
        &self,
        n: u64,
        width: u64,
        read_tile: &impl Fn(&str) -> Option<Vec<u8>>,
    ) -> Result<Vec<u8>, TileError> {
        let path = bundle_path(n, width);
        let bytes = read_tile(&path).ok_or_else(|| TileError::Missing(path.clone()))?;
        let entries = decode_bundle(&bytes).ok_or_else(|| TileError::Malformed(path.clone()))?;
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        self.agrees(&leaves, 0, path)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn nothing_is_built_on_a_damaged_tail() {
        let mut writer = TileWriter::default();
        let files: BTreeMap<_, _> =
            writer.append(&[b"a".to_vec(), b"b".to_vec()], |_| None).unwrap().into_iter().collect();
        for (path, bytes) in &files {
            let mut changed = bytes.clone();
            *changed.last_mut().unwrap() ^= 1;
            let read = |p: &str| if p == path { Some(changed.clone()) } else { files.get(p).cloned() };
            let before = writer.clone();
            assert_eq!(writer.append(&[b"c".to_vec()], read), Err(TileError::Differs(path.clone())));
            let read = |p: &str| if p == path { None } else { files.get(p).cloned() };
            assert_eq!(writer.append(&[b"c".to_vec()], read), Err(TileError::Missing(path.clone())));
            assert_eq!(writer, before);
        }
        assert_eq!(writer.append(&[vec![0; 65_536]], |p| files.get(p).cloned()), Err(TileError::TooLong));
    }
}
