//! Offline verification of a whole log folder, file by file, in memory that does not grow with it.
//!
//! The files are `checkpoint`, `log.json` and those under `tile/`. Every entry is hashed, every hash tile of
//! every level is recomputed and compared, the root is compared with the signed one, and with the checkpoint a
//! reader remembers, when it does.

mod damage;
mod walk;

use serde::{Deserialize, Serialize};

use crate::checkpoint::{self, Checkpoint, CheckpointError};
use crate::entry::Entry;
use crate::hash_text;
use walk::Walk;

pub use damage::Damage;

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

/// What holds of a log without damage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The signed checkpoint; worth remembering for the next time.
    pub checkpoint: Checkpoint,
    /// The note it was read from, with every cosignature in it: read once, so what is judged is what was verified.
    pub note: String,
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
    let (checkpoint, note) = signed_checkpoint(&read, origin, public_key)?;
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
    Ok(Report { entries: checkpoint.size, checkpoint, note })
}

type Read<'a> = &'a dyn Fn(&str) -> Result<Option<Vec<u8>>, Damage>;

fn signed_checkpoint(
    read: Read<'_>,
    origin: &str,
    public_key: &[u8; 32],
) -> Result<(Checkpoint, String), Damage> {
    let bytes = read(CHECKPOINT)?.ok_or_else(|| Damage::Truncated(CHECKPOINT.to_owned()))?;
    let note = String::from_utf8(bytes).map_err(|_| Damage::malformed(CHECKPOINT, "it is not text"))?;
    let verified = checkpoint::verify(&note, origin, public_key).map_err(|e| match e {
        CheckpointError::Malformed => Damage::malformed(CHECKPOINT, "it is not a signed note"),
        CheckpointError::Name(_)
        | CheckpointError::Key
        | CheckpointError::OtherLog(_)
        | CheckpointError::Unsigned => Damage::Unsigned(e.to_string()),
    })?;
    Ok((verified, note))
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
