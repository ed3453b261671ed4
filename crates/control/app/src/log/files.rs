//! The log's files: written beside, synced, renamed; superseded partial ones go once the database names wider ones.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use crate::AppError;

/// Bytes of a hash in a tile.
const HASH: usize = 32;

#[derive(Clone)]
pub(super) struct Files {
    folder: PathBuf,
    partial: Arc<Mutex<Partial>>,
}

/// Partial files: the newest of each tile, and those that wider ones supersede once the database says so.
#[derive(Default)]
struct Partial {
    newest: BTreeMap<String, String>,
    superseded: BTreeSet<String>,
}

fn failed(error: io::Error) -> AppError {
    AppError::Unavailable(format!("the log's folder: {error}"))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => fs::File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let beside = path.with_extension("new");
    let mut file = fs::File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    sync_folder(path)
}

impl Files {
    pub(super) async fn open(folder: PathBuf) -> Result<Self, AppError> {
        tokio::fs::create_dir_all(&folder).await.map_err(failed)?;
        Ok(Self { folder, partial: Arc::default() })
    }

    pub(super) async fn write(&self, path: String, bytes: Vec<u8>) -> Result<(), AppError> {
        let path = self.folder.join(path);
        let written = tokio::task::spawn_blocking(move || write_durably(&path, &bytes));
        written.await.map_err(AppError::internal)?.map_err(failed)
    }

    pub(super) async fn read(&self, path: String) -> Result<Option<Vec<u8>>, AppError> {
        match tokio::fs::read(self.folder.join(path)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory) => Ok(None),
            Err(e) => Err(failed(e)),
        }
    }

    pub(super) fn read_now(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.join(path)).ok()
    }

    /// A tile as it was at a width, from the file of that width or from a wider one: tiles only grow.
    pub(super) fn read_grown(&self, path: &str) -> Option<Vec<u8>> {
        if let Some(bytes) = self.read_now(path) {
            return Some(bytes);
        }
        let (tile, width) = path.split_once(".p/")?;
        let length = width.parse::<usize>().ok()?.checked_mul(HASH)?;
        let partial = fs::read_dir(self.folder.join(format!("{tile}.p"))).into_iter().flatten().flatten();
        let wider = partial.filter_map(|entry| fs::read(entry.path()).ok());
        let found = wider.chain(self.read_now(tile)).find(|bytes| bytes.len() >= length)?;
        Some(found.get(..length)?.to_vec())
    }

    pub(super) fn write_now(&self, files: &[(String, Vec<u8>)]) -> Result<(), AppError> {
        for (path, bytes) in files {
            write_durably(&self.folder.join(path), bytes).map_err(failed)?;
        }
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        for (path, _) in files {
            let tile = path.split(".p/").next().unwrap_or(path);
            let before = partial.newest.insert(tile.to_owned(), path.clone());
            partial.superseded.extend(before);
            partial.superseded.remove(path);
        }
        Ok(())
    }

    /// Removes what is superseded, once the database names the wider files.
    pub(super) fn tidy(&self) {
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        for path in std::mem::take(&mut partial.superseded) {
            // One that cannot be removed only costs space.
            let _ = fs::remove_file(self.folder.join(path));
        }
        partial.newest.retain(|_, path| path.contains(".p/"));
    }
}
