//! The log's files: written beside, synced, renamed; superseded partial ones go one generation later.

use std::{
    collections::BTreeSet,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use crate::AppError;

#[derive(Clone)]
pub(super) struct Files {
    folder: PathBuf,
    /// Partial files of the two generations before, the later one last.
    old: Arc<Mutex<[BTreeSet<String>; 2]>>,
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
        Ok(Self { folder, old: Arc::default() })
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

    pub(super) fn write_now(&self, files: &[(String, Vec<u8>)]) -> Result<(), AppError> {
        for (path, bytes) in files {
            write_durably(&self.folder.join(path), bytes).map_err(failed)?;
        }
        let partial: BTreeSet<String> = files.iter().map(|f| f.0.clone()).filter(|path| path.contains(".p/")).collect();
        let mut old = self.old.lock().unwrap_or_else(PoisonError::into_inner);
        let [older, newer] = &mut *old;
        for path in older.iter().filter(|path| !newer.contains(*path) && !partial.contains(*path)) {
            // The generation before is the one the database still names, so it stays; a file that cannot be removed
            // only costs space.
            let _ = fs::remove_file(self.folder.join(path));
        }
        *older = std::mem::replace(newer, partial);
        Ok(())
    }
}
