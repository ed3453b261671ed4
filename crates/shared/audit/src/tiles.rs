//! The files of the log: hash tiles and entry bundles of C2SP tlog-tiles, 256 wide.
//!
//! A tile or bundle is written under its final width; a partial one is written anew, wider, under another path
//! and the narrower file may then be deleted. Writing the same batch twice gives the same files, so a writer
//! that died before its checkpoint simply appends again.

mod hashes;
mod writer;

use std::fmt::Write;

use crate::entry::MAX_ENTRY_BYTES;
use crate::tree::{Frontier, Hash};

pub use hashes::TileHashes;
pub use writer::TileWriter;

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
    frontier.extend(hashes);
    frontier.root()
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
