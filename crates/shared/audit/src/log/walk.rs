//! One pass over a log's files.

use std::collections::BTreeMap;

use super::{Damage, Read};
use crate::checkpoint::Checkpoint;
use crate::tiles::{WIDTH, bundle_path, decode_bundle, decode_tile, perfect_root, tile_path, width_of};
use crate::tree::{Frontier, Hash, leaf_hash};

/// Takes an entry's place, its bytes and the path of its bundle.
pub(super) type OnEntry<'a> = &'a mut dyn FnMut(u64, &[u8], &str) -> Result<(), Damage>;

/// One pass over the bundles; of each level only the tile under construction is held.
pub(super) struct Walk<'a> {
    read: Read<'a>,
    size: u64,
    frontier: Frontier,
    levels: Vec<Vec<Hash>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(read: Read<'a>, size: u64) -> Self {
        Self { read, size, frontier: Frontier::new(), levels: Vec::new() }
    }

    pub(super) fn run(
        mut self,
        checkpoint: &Checkpoint,
        last_seen: Option<&Checkpoint>,
        on_entry: OnEntry<'_>,
    ) -> Result<(), Damage> {
        not_stale(checkpoint, last_seen)?;
        let mut continues = last_seen.is_none();
        for n in 0..self.size.div_ceil(WIDTH) {
            continues |= self.seen_root(last_seen);
            self.bundle(n, on_entry, last_seen, &mut continues)?;
        }
        continues |= self.seen_root(last_seen);
        self.partial_tiles()?;
        if self.frontier.root() != checkpoint.root {
            return Err(Damage::Edited { path: "tile".to_owned(), index: None });
        }
        if continues { Ok(()) } else { Err(Damage::Forked(last_seen.map_or(0, |seen| seen.size))) }
    }

    fn seen_root(&self, last_seen: Option<&Checkpoint>) -> bool {
        last_seen.is_some_and(|seen| seen.size == self.frontier.size() && seen.root == self.frontier.root())
    }

    fn bundle(
        &mut self,
        n: u64,
        on_entry: OnEntry<'_>,
        last_seen: Option<&Checkpoint>,
        continues: &mut bool,
    ) -> Result<(), Damage> {
        let width = width_of(n, self.size);
        let path = bundle_path(n, width);
        let bytes = (self.read)(&path)?.ok_or_else(|| Damage::Truncated(path.clone()))?;
        let entries =
            decode_bundle(&bytes).ok_or_else(|| Damage::malformed(&path, "its lengths do not add up"))?;
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let signed = self.tile(0, n, width)?;
        compare(&path, n * WIDTH, &leaves, &signed)?;
        for ((index, entry), leaf) in (n * WIDTH..).zip(entries).zip(leaves) {
            on_entry(index, entry, &path)?;
            self.frontier.append(leaf);
            *continues |= self.seen_root(last_seen);
        }
        if width == WIDTH { self.carry(1, perfect_root(&signed)) } else { Ok(()) }
    }

    /// Adds the root of a full tile to the level above, and compares that level's tile once it is full.
    fn carry(&mut self, level: usize, root: Hash) -> Result<(), Damage> {
        let mut root = root;
        for level in level.. {
            if self.levels.len() < level {
                self.levels.push(Vec::new());
            }
            let Some(tile) = self.levels.get_mut(level - 1) else { break };
            tile.push(root);
            if tile.len() as u64 != WIDTH {
                break;
            }
            let full = std::mem::take(tile);
            self.same_tile(level, &full)?;
            root = perfect_root(&full);
        }
        Ok(())
    }

    fn partial_tiles(&self) -> Result<(), Damage> {
        let mut partial = self.levels.iter().enumerate().filter(|(_, tile)| !tile.is_empty());
        partial.try_for_each(|(at, tile)| self.same_tile(at + 1, tile))
    }

    fn same_tile(&self, level: usize, computed: &[Hash]) -> Result<(), Damage> {
        let level = u32::try_from(level).unwrap_or(u32::MAX);
        let done = self.frontier.size().checked_shr(8 * level).unwrap_or(0);
        let n = done.saturating_sub(1) / WIDTH;
        let width = computed.len() as u64;
        if self.tile(level, n, width)? == computed {
            Ok(())
        } else {
            Err(Damage::Edited { path: tile_path(level, n, width), index: None })
        }
    }

    fn tile(&self, level: u32, n: u64, width: u64) -> Result<Vec<Hash>, Damage> {
        let path = tile_path(level, n, width);
        let bytes = (self.read)(&path)?.ok_or_else(|| Damage::Truncated(path.clone()))?;
        let hashes =
            decode_tile(&bytes).ok_or_else(|| Damage::malformed(&path, "it is not made of whole hashes"))?;
        match (hashes.len() as u64).cmp(&width) {
            std::cmp::Ordering::Equal => Ok(hashes),
            std::cmp::Ordering::Less => Err(Damage::Truncated(path)),
            std::cmp::Ordering::Greater => Err(Damage::malformed(&path, "it is wider than its path says")),
        }
    }
}

fn not_stale(checkpoint: &Checkpoint, last_seen: Option<&Checkpoint>) -> Result<(), Damage> {
    let Some(seen) = last_seen else { return Ok(()) };
    if checkpoint.size < seen.size {
        return Err(Damage::Stale { size: checkpoint.size, seen: seen.size });
    }
    if seen.origin != checkpoint.origin || (seen.size == checkpoint.size && seen.root != checkpoint.root) {
        return Err(Damage::Forked(seen.size));
    }
    Ok(())
}

/// Tells how a bundle's leaves differ from the hash tile over them.
fn compare(path: &str, first: u64, leaves: &[Hash], tile: &[Hash]) -> Result<(), Damage> {
    if leaves == tile {
        return Ok(());
    }
    if leaves.len() < tile.len() {
        return Err(Damage::Truncated(path.to_owned()));
    }
    let differs = (first..).zip(leaves.iter().zip(tile)).find(|(_, (leaf, hash))| leaf != hash);
    let index = differs.map(|(index, _)| index);
    let count = |hashes: &[Hash]| {
        hashes.iter().fold(BTreeMap::<Hash, u32>::new(), |mut counts, hash| {
            *counts.entry(*hash).or_default() += 1;
            counts
        })
    };
    match index {
        Some(index) if count(leaves) == count(tile) => Err(Damage::Reordered(index)),
        Some(_) | None => Err(Damage::Edited { path: path.to_owned(), index }),
    }
}
