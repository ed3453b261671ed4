//! Offline verification of a whole log folder, file by file, in memory that does not grow with it.
//!
//! The files are `checkpoint`, `log.json` and those under `tile/`. Every entry is hashed, every hash tile of
//! every level is recomputed and compared, the root is compared with the signed one, and with the checkpoint a
//! reader remembers, when it does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::checkpoint::{self, Checkpoint, CheckpointError};
use crate::entry::Entry;
use crate::hash_text;
use crate::tiles::{WIDTH, bundle_path, decode_bundle, decode_tile, perfect_root, tile_path, width_of};
use crate::tree::{Frontier, Hash, leaf_hash};

/// Path of the newest checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// Path of the file that names the log and its key.
pub const ABOUT: &str = "log.json";

/// What `log.json` holds. It comes with the log, so it is a convenience, not a root of trust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Name of the log and its key.
    pub origin: String,
    /// Ed25519 public key in hex.
    pub public_key: String,
}

impl About {
    /// Names a log and its key.
    pub fn new(origin: impl Into<String>, public_key: &[u8; 32]) -> Self {
        Self { origin: origin.into(), public_key: hex::encode(public_key) }
    }

    /// The public key, if it is 64 lower-case hex digits.
    pub fn key(&self) -> Option<[u8; 32]> {
        hash_text::parse(&self.public_key)
    }
}

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Something that the signed size implies is gone.
    #[error("truncated: `{0}` is missing or too short")]
    Truncated(String),
    /// An entry or a hash was changed.
    #[error("edited: `{path}` does not hold what was signed{}", place(*.index))]
    Edited {
        /// The file.
        path: String,
        /// The entry, where one can be named.
        index: Option<u64>,
    },
    /// Entries stand in another order than signed.
    #[error("reordered: entry {0} stands in another place than signed")]
    Reordered(u64),
    /// The key signed two logs of which neither continues the other.
    #[error("forked: the log does not continue the one of {0} entries seen before")]
    Forked(u64),
    /// The checkpoint is older than one seen before.
    #[error("stale: the log has {size} entries, {seen} were seen before")]
    Stale {
        /// Entries signed now.
        size: u64,
        /// Entries seen before.
        seen: u64,
    },
    /// The checkpoint is not signed by the log's key.
    #[error("unsigned: {0}")]
    Unsigned(String),
    /// A file is not what its path says.
    #[error("malformed: `{path}`: {reason}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file could not be read; nothing is known about it.
    #[error("unreadable: `{path}`: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the reader said.
        reason: String,
    },
}

fn place(index: Option<u64>) -> String {
    index.map(|index| format!(" (entry {index})")).unwrap_or_default()
}

impl Damage {
    /// Stable name of the kind of damage.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Truncated(_) => "truncated",
            Self::Edited { .. } => "edited",
            Self::Reordered(_) => "reordered",
            Self::Forked(_) => "forked",
            Self::Stale { .. } => "stale",
            Self::Unsigned(_) => "unsigned",
            Self::Malformed { .. } => "malformed",
            Self::Unreadable { .. } => "unreadable",
        }
    }

    fn malformed(path: &str, reason: impl Into<String>) -> Self {
        Self::Malformed { path: path.to_owned(), reason: reason.into() }
    }
}

/// What holds of a log without damage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The signed checkpoint; worth remembering for the next time.
    pub checkpoint: Checkpoint,
    /// Entries read, each hashed into the signed root.
    pub entries: u64,
}

/// Verifies a log folder; `reader` gives a file's bytes by path, or none where there is no such file.
pub fn verify<E: std::fmt::Display>(
    reader: impl Fn(&str) -> Result<Option<Vec<u8>>, E>,
    origin: &str,
    public_key: &[u8; 32],
    last_seen: Option<&Checkpoint>,
) -> Result<Report, Damage> {
    verify_each(reader, origin, public_key, last_seen, |_, _| ())
}

/// As [`verify`], handing over each entry with its place. What was handed over counts only once this returns `Ok`.
pub fn verify_each<E: std::fmt::Display>(
    reader: impl Fn(&str) -> Result<Option<Vec<u8>>, E>,
    origin: &str,
    public_key: &[u8; 32],
    last_seen: Option<&Checkpoint>,
    mut visit: impl FnMut(u64, Entry),
) -> Result<Report, Damage> {
    let read = |path: &str| {
        reader(path).map_err(|e| Damage::Unreadable { path: path.to_owned(), reason: e.to_string() })
    };
    let checkpoint = signed_checkpoint(&read, origin, public_key)?;
    about_agrees(&read, origin, public_key)?;
    let mut on_entry = |index: u64, bytes: &[u8], path: &str| {
        let entry =
            Entry::decode(bytes).map_err(|e| Damage::malformed(path, format!("entry {index}: {e}")))?;
        if entry.index.is_some_and(|named| named != index) {
            return Err(Damage::Reordered(index));
        }
        visit(index, entry);
        Ok(())
    };
    Walk::new(&read, checkpoint.size).run(&checkpoint, last_seen, &mut on_entry)?;
    Ok(Report { entries: checkpoint.size, checkpoint })
}

type Read<'a> = &'a dyn Fn(&str) -> Result<Option<Vec<u8>>, Damage>;

fn signed_checkpoint(read: Read<'_>, origin: &str, public_key: &[u8; 32]) -> Result<Checkpoint, Damage> {
    let bytes = read(CHECKPOINT)?.ok_or_else(|| Damage::Truncated(CHECKPOINT.to_owned()))?;
    let note = String::from_utf8(bytes).map_err(|_| Damage::malformed(CHECKPOINT, "it is not text"))?;
    checkpoint::verify(&note, origin, public_key).map_err(|e| match e {
        CheckpointError::Malformed => Damage::malformed(CHECKPOINT, "it is not a signed note"),
        CheckpointError::Name(_)
        | CheckpointError::Key
        | CheckpointError::OtherLog(_)
        | CheckpointError::Unsigned => Damage::Unsigned(e.to_string()),
    })
}

/// `log.json` may be left out, but must not name another log.
fn about_agrees(read: Read<'_>, origin: &str, public_key: &[u8; 32]) -> Result<(), Damage> {
    let Some(bytes) = read(ABOUT)? else { return Ok(()) };
    let about: About = serde_json::from_slice(&bytes).map_err(|e| Damage::malformed(ABOUT, e.to_string()))?;
    if about.origin == origin && about.key() == Some(*public_key) {
        Ok(())
    } else {
        Err(Damage::Unsigned("`log.json` names another log or key".to_owned()))
    }
}

/// One pass over the bundles; of each level only the tile under construction is held.
struct Walk<'a> {
    read: Read<'a>,
    size: u64,
    frontier: Frontier,
    levels: Vec<Vec<Hash>>,
}

impl<'a> Walk<'a> {
    fn new(read: Read<'a>, size: u64) -> Self {
        Self { read, size, frontier: Frontier::new(), levels: Vec::new() }
    }

    fn run(
        mut self,
        checkpoint: &Checkpoint,
        last_seen: Option<&Checkpoint>,
        on_entry: &mut dyn FnMut(u64, &[u8], &str) -> Result<(), Damage>,
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
            return Err(Damage::Edited { path: CHECKPOINT.to_owned(), index: None });
        }
        if continues { Ok(()) } else { Err(Damage::Forked(last_seen.map_or(0, |seen| seen.size))) }
    }

    fn seen_root(&self, last_seen: Option<&Checkpoint>) -> bool {
        last_seen.is_some_and(|seen| seen.size == self.frontier.size() && seen.root == self.frontier.root())
    }

    fn bundle(
        &mut self,
        n: u64,
        on_entry: &mut dyn FnMut(u64, &[u8], &str) -> Result<(), Damage>,
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
        let partial = self.levels.iter().enumerate().filter(|(_, tile)| !tile.is_empty());
        partial.map(|(at, tile)| self.same_tile(at + 1, tile)).collect()
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
