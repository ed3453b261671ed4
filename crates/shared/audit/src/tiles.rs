//! The files of the log: hash tiles and entry bundles of C2SP tlog-tiles, 256 wide.
//!
//! A tile or bundle is written under its final width; a partial one is written anew, wider, under another path
//! and the narrower file may then be deleted. Writing the same batch twice gives the same files, so a writer
//! that died before its checkpoint simply appends again.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::entry::MAX_ENTRY_BYTES;
use crate::tree::{Frontier, Hash, leaf_hash, node_hash};

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: u64 = 256;

/// Why tiles could not be read or extended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// A file that the size of the log implies is not there.
    #[error("`{0}` is missing")]
    Missing(String),
    /// A file that does not have the shape its path implies.
    #[error("`{0}` is malformed")]
    Malformed(String),
    /// A file that holds something else than what was appended.
    #[error("`{0}` does not hold what was appended")]
    Differs(String),
    /// An entry is too long for a bundle.
    #[error("an entry has more than 65535 bytes")]
    TooLong,
}

fn number_path(prefix: &str, n: u64, width: u64) -> String {
    let mut groups = vec![format!("{:03}", n % 1000)];
    let mut rest = n / 1000;
    while rest > 0 {
        groups.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    groups.reverse();
    let mut path = format!("{prefix}/{}", groups.join("/"));
    if width < WIDTH {
        // Writing to a string cannot fail.
        let _ = write!(path, ".p/{width}");
    }
    path
}

/// Path of the `n`-th hash tile of a level with `width` hashes.
pub fn tile_path(level: u32, n: u64, width: u64) -> String {
    number_path(&format!("tile/{level}"), n, width)
}

/// Path of the `n`-th entry bundle with `width` entries.
pub fn bundle_path(n: u64, width: u64) -> String {
    number_path("tile/entries", n, width)
}

/// Path of the bundle that holds entry `index` in a log of `size` entries, and the entry's place in it.
pub fn bundle_of(index: u64, size: u64) -> Option<(String, usize)> {
    if index >= size {
        return None;
    }
    let n = index / WIDTH;
    Some((bundle_path(n, width_of(n, size)), usize::try_from(index % WIDTH).ok()?))
}

/// Width of the `n`-th tile of a level that holds `count` hashes in all.
pub(crate) fn width_of(n: u64, count: u64) -> u64 {
    count.saturating_sub(n.saturating_mul(WIDTH)).min(WIDTH)
}

/// Entries as they stand in a bundle: each after its length in two bytes, big end first.
pub fn encode_bundle(entries: &[Vec<u8>]) -> Result<Vec<u8>, TileError> {
    let mut bytes = Vec::new();
    for entry in entries {
        push_entry(&mut bytes, entry)?;
    }
    Ok(bytes)
}

fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), TileError> {
    debug_assert_eq!(MAX_ENTRY_BYTES, usize::from(u16::MAX));
    let length = u16::try_from(entry.len()).map_err(|_| TileError::TooLong)?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The entries in a bundle; none when the lengths do not add up.
pub fn decode_bundle(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (length, tail) = rest.split_first_chunk::<2>()?;
        let (entry, tail) = tail.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        rest = tail;
    }
    Some(entries)
}

/// The hashes in a tile; none when the bytes are not whole hashes.
pub fn decode_tile(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| hashes.to_vec())
}

pub(crate) fn perfect_root(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    for hash in hashes {
        frontier.append(*hash);
    }
    frontier.root()
}

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
        leaves.iter().for_each(|leaf| frontier.append(*leaf));
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
        hashes.iter().for_each(|hash| part.append(*hash));
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
        Ok(folded.unwrap_or_else(crate::tree::empty_root))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_those_of_tlog_tiles() {
        assert_eq!(tile_path(0, 0, 256), "tile/0/000");
        assert_eq!(tile_path(1, 1_234_067, 256), "tile/1/x001/x234/067");
        assert_eq!(tile_path(0, 1_234_067, 8), "tile/0/x001/x234/067.p/8");
        assert_eq!(bundle_path(1_000, 1), "tile/entries/x001/000.p/1");
        assert_eq!(bundle_of(255, 256), Some(("tile/entries/000".into(), 255)));
        assert_eq!(bundle_of(256, 258), Some(("tile/entries/001.p/2".into(), 0)));
        assert_eq!(bundle_of(3, 3), None);
    }

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

    proptest! {
        #[test]
        fn arbitrary_bundles_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(entries) = decode_bundle(&bytes) {
                let entries: Vec<Vec<u8>> = entries.into_iter().map(<[u8]>::to_vec).collect();
                prop_assert_eq!(encode_bundle(&entries).unwrap(), bytes);
            }
        }
    }
}
