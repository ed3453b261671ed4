//! Ciphertext kept in the profile until the server has all of it, with what another process needs to go on: folder 0700,
//! files 0600. The data key is kept sealed to its owner, as at the server.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use cloister_model::{DatasetId, Digest};
use serde::{Deserialize, Serialize};

use crate::{
    ClientError,
    profile::{folder, write},
};

/// What nobody went on with for so long is removed.
const FORGOTTEN: Duration = Duration::from_secs(7 * 24 * 3600);

/// What is known of ciphertext that is complete on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// The dataset it is of.
    pub(crate) dataset: DatasetId,
    /// The data key sealed to the owner, base64.
    pub(crate) key: String,
    /// Bytes.
    pub(crate) size: u64,
    /// SHA-256.
    pub(crate) sha256: Digest,
}

/// The place of one addition. While it is open no other process adds the same.
pub(crate) struct Shelf {
    stem: PathBuf,
    _lock: File,
}

impl Shelf {
    /// Opens the place for what `digest` names: server, source, options and name of the dataset.
    pub(crate) fn open(home: &Path, digest: Digest) -> Result<Self, ClientError> {
        let uploads = home.join("uploads");
        folder(home)?;
        folder(&uploads)?;
        let stem = uploads.join(digest.to_string());
        let lock = private(&stem.with_extension("lock"))?;
        lock.try_lock().map_err(|_| {
            ClientError::Failed("this file is being added by another process at the moment".into())
        })?;
        // Written this moment, the lock tells the time by the clock that dates the other files.
        let dated =
            (&lock).write_all(b"\n").and_then(|()| lock.metadata()).and_then(|about| about.modified());
        tidy(&uploads, dated.map_err(|e| ClientError::file(&stem, e))?);
        Ok(Self { stem, _lock: lock })
    }

    fn record(&self) -> PathBuf {
        self.stem.with_extension("json")
    }

    /// Where the ciphertext is.
    pub(crate) fn ciphertext(&self) -> PathBuf {
        self.stem.with_extension("parquet")
    }

    /// A file for new ciphertext; what was kept is forgotten first, so that a record never names other bytes.
    pub(crate) fn begin(&self) -> Result<File, ClientError> {
        self.forget();
        private(&self.ciphertext())
    }

    /// The ciphertext is complete and durable.
    pub(crate) fn keep(&self, record: &Record) -> Result<(), ClientError> {
        let text = serde_json::to_vec(record).map_err(|e| ClientError::Failed(e.to_string()))?;
        write(&self.record(), &text)
    }

    /// What was kept by a process that did not come to its end. Whatever cannot be used counts as nothing.
    pub(crate) fn kept(&self) -> Option<Record> {
        let text = std::fs::read(self.record()).ok()?;
        let record: Record = serde_json::from_slice(&text).ok()?;
        let there = std::fs::metadata(self.ciphertext()).ok()?.len();
        (there == record.size).then_some(record)
    }

    /// Nothing is kept any more; the record goes first.
    pub(crate) fn forget(&self) {
        let _ = std::fs::remove_file(self.record());
        let _ = std::fs::remove_file(self.ciphertext());
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        if !self.record().exists() {
            let _ = std::fs::remove_file(self.stem.with_extension("lock"));
        }
    }
}

fn private(path: &Path) -> Result<File, ClientError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path).map_err(|e| ClientError::file(path, e))
}

/// Removes what nobody went on with; what cannot be removed stays for the next time.
fn tidy(uploads: &Path, now: SystemTime) {
    for entry in std::fs::read_dir(uploads).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|about| about.modified());
        let age = modified.ok().and_then(|then| now.duration_since(then).ok());
        if age.is_some_and(|age| age > FORGOTTEN) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_kept_is_private_complete_and_for_one_process_at_a_time() {
        let outer = tempfile::tempdir().unwrap();
        let (home, digest) = (outer.path().join("home"), Digest([1; 32]));
        let shelf = Shelf::open(&home, digest).unwrap();
        assert!(shelf.kept().is_none());
        shelf.begin().unwrap().write_all(b"cipher").unwrap();
        let record =
            Record { dataset: DatasetId(uuid::Uuid::nil()), key: "k".into(), size: 6, sha256: digest };
        assert!(shelf.kept().is_none(), "ciphertext without its record");
        shelf.keep(&record).unwrap();
        assert_eq!(shelf.kept(), Some(record.clone()));
        for path in [shelf.record(), shelf.ciphertext()] {
            let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", path.display());
        }
        assert!(Shelf::open(&home, digest).is_err(), "another process is at it");
        drop(shelf);
        let shelf = Shelf::open(&home, digest).unwrap();
        assert_eq!(shelf.kept(), Some(record));
        std::fs::write(shelf.ciphertext(), b"cut").unwrap();
        assert!(shelf.kept().is_none(), "cut ciphertext");
        for path in [shelf.record(), shelf.ciphertext()] {
            let file = OpenOptions::new().write(true).open(&path).unwrap();
            let then = file.metadata().unwrap().modified().unwrap() - (FORGOTTEN + Duration::from_secs(60));
            file.set_modified(then).unwrap();
        }
        drop(shelf);
        let shelf = Shelf::open(&home, digest).unwrap();
        assert!(!shelf.ciphertext().exists() && !shelf.record().exists(), "nobody went on with it");
    }
}
