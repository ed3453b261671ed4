//! The log's files: written beside, synced, renamed; superseded partial ones go once the database names wider ones.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use cloister_audit::tiles;

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
    AppError::file("the log's folder", &error)
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

    /// A file as it was at a width, from the file of that width or from a wider one: tiles and bundles only grow.
    pub(super) fn read_grown(&self, path: &str) -> Option<Vec<u8>> {
        // A wider file may be replaced by a still wider one between the look and the read.
        (0..3).find_map(|_| self.read_now(path).or_else(|| self.cut_out(path)))
    }

    fn cut_out(&self, path: &str) -> Option<Vec<u8>> {
        let (tile, width) = path.split_once(".p/")?;
        let width = width.parse::<usize>().ok()?;
        let partial = fs::read_dir(self.folder.join(format!("{tile}.p"))).into_iter().flatten().flatten();
        let wider = partial.filter_map(|entry| fs::read(entry.path()).ok());
        let mut wider = wider.chain(self.read_now(tile));
        if !tile.starts_with("tile/entries/") {
            return wider.find_map(|bytes| bytes.get(..width.checked_mul(HASH)?).map(<[u8]>::to_vec));
        }
        wider.find_map(|bytes| {
            let entries: Vec<Vec<u8>> =
                tiles::decode_bundle(&bytes)?.into_iter().map(<[u8]>::to_vec).collect();
            tiles::encode_bundle(entries.get(..width)?).ok()
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_replaced_partial_file_is_cut_out_of_the_wider_one() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path().into()).await.unwrap();
        let entries: Vec<Vec<u8>> = (1..=5_u8).map(|n| vec![n; usize::from(n)]).collect();
        let bundle = |count: usize| tiles::encode_bundle(&entries[..count]).unwrap();
        let made = [
            ("tile/0/000.p/5".to_owned(), vec![7; 5 * HASH]),
            ("tile/entries/000.p/5".to_owned(), bundle(5)),
            ("tile/0/001".to_owned(), vec![8; 256 * HASH]),
        ];
        files.write_now(&made).unwrap();
        for (path, expected) in [
            ("tile/0/000.p/5", Some(vec![7; 5 * HASH])),
            ("tile/0/000.p/3", Some(vec![7; 3 * HASH])),
            ("tile/entries/000.p/2", Some(bundle(2))),
            ("tile/0/001.p/9", Some(vec![8; 9 * HASH])),
            ("tile/0/000.p/6", None),
            ("tile/entries/000.p/6", None),
            ("tile/0/002.p/1", None),
        ] {
            assert_eq!(files.read_grown(path), expected, "{path}");
        }
    }
}
