//! Copies of everything the server keeps: to another database, to a backup, and back.
//!
//! A backup is a folder: `cloister.db` (every table, one snapshot, also of PostgreSQL), `objects/`, `server/` (the keys of
//! log and vouching, 0600), `backup.json` (rows and digests). The log's files are not in it: they are made again from the
//! entries and compared with the root that the log's key signed. The broker's state is not in it either: put back, it
//! would be an old state, which a broker refuses.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use cloister_app::{AppError, log};
use cloister_store::{
    Store,
    copy::{self, Copied, CopyError},
};
use serde_json::{Value, json};

use crate::{lock::FolderLock, serve::database_url};

const OBJECTS: &str = "objects";
const KEYS: &str = "server";

/// Which data folder and database.
pub(super) struct Place<'a> {
    pub(super) data: &'a Path,
    pub(super) database: Option<&'a str>,
    pub(super) log_origin: &'a str,
}

fn not_copied(error: CopyError) -> AppError {
    match error {
        CopyError::NotEmpty(_) => AppError::Conflict(error.to_string()),
        CopyError::Differs(_) => AppError::State(error.to_string()),
        CopyError::Store(error) => error.into(),
    }
}

fn file(path: &Path) -> impl Fn(io::Error) -> AppError + '_ {
    move |error| AppError::Unavailable(format!("`{}`: {error}", path.display()))
}

fn shown(copied: &[Copied]) -> Value {
    copied.iter().map(|c| json!({ "table": c.table, "rows": c.rows, "sha256": c.digest })).collect()
}

/// No server may work on what is being replaced.
fn lock(data: &Path) -> Result<FolderLock, AppError> {
    let taken = FolderLock::take(data).map_err(file(data))?;
    taken.ok_or_else(|| AppError::Conflict(format!("a server runs on `{}`: stop it first", data.display())))
}

/// Every table of one database into another, empty one.
pub(super) async fn copy_database(data: &Path, from: &str, to: &str) -> Result<Value, AppError> {
    let _lock = lock(data)?;
    let (from, to) = (Store::open(from).await?, Store::open(to).await?);
    let copied = copy::copy(&from, &to).await.map_err(not_copied)?;
    Ok(json!({ "copied": shown(&copied) }))
}

/// A backup in a new folder; the server may run meanwhile.
pub(super) async fn backup(place: &Place<'_>, out: &Path) -> Result<Value, AppError> {
    if out.exists() {
        return Err(AppError::Conflict(format!("`{}` is there already", out.display())));
    }
    if !place.data.join(KEYS).is_dir() {
        return Err(AppError::Invalid(format!("`{}` is no server's data folder", place.data.display())));
    }
    // Named as it shall be only when it is whole.
    let partial = out.with_extension("partial");
    let _ = fs::remove_dir_all(&partial);
    fs::create_dir_all(&partial).map_err(file(&partial))?;
    let from = Store::open(&database_url(place.data, place.database)).await?;
    let target = Store::open(&database_url(&partial, None)).await?;
    let copied = copy::copy(&from, &target).await.map_err(not_copied)?;
    let size = target.read().log_state().await?.map_or(0, |state| state.size);
    target.close().await?;
    let mut files = 0;
    for folder in [OBJECTS, KEYS] {
        files += copy_folder(&place.data.join(folder), &partial.join(folder))?;
    }
    let about = json!({ "format": 1, "tables": shown(&copied), "files": files, "log_entries": size });
    let path = partial.join("backup.json");
    fs::write(&path, format!("{about:#}\n")).map_err(file(&path))?;
    fs::rename(&partial, out).map_err(file(out))?;
    Ok(json!({ "backup": out, "files": files, "log_entries": size }))
}

/// A backup into a data folder that has none of it, and an empty database.
pub(super) async fn restore(place: &Place<'_>, from: &Path) -> Result<Value, AppError> {
    let about = from.join("backup.json");
    let text = fs::read_to_string(&about).map_err(|_| {
        AppError::Invalid(format!("`{}` is no backup: it has no `backup.json`", from.display()))
    })?;
    let about: Value =
        serde_json::from_str(&text).map_err(|e| AppError::Invalid(format!("`backup.json`: {e}")))?;
    let _lock = lock(place.data)?;
    for folder in [OBJECTS, KEYS, "log"] {
        let there = place.data.join(folder);
        if fs::read_dir(&there).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(AppError::Conflict(format!("`{}` is not empty", there.display())));
        }
    }
    let source = Store::open(&database_url(from, None)).await?;
    let target = Store::open(&database_url(place.data, place.database)).await?;
    let copied = copy::copy(&source, &target).await.map_err(not_copied)?;
    if shown(&copied) != about["tables"] {
        return Err(AppError::State("the backup's database is not the one that was backed up".into()));
    }
    for folder in [OBJECTS, KEYS] {
        let _ = copy_folder(&from.join(folder), &place.data.join(folder))?;
    }
    let seed = read_seed(&place.data.join(KEYS).join("log.key"))?;
    let entries = log::rebuild(&target, place.data.join("log"), place.log_origin, &seed).await?;
    Ok(json!({ "restored": place.data, "log_entries": entries }))
}

fn read_seed(path: &Path) -> Result<[u8; 32], AppError> {
    let text = fs::read_to_string(path).map_err(file(path))?;
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim(), &mut seed)
        .map_err(|_| AppError::State(format!("`{}` is no key", path.display())))?;
    Ok(seed)
}

/// Copies a folder with its files' modes; how many files. One that a running server removed meanwhile is left out.
fn copy_folder(from: &Path, to: &Path) -> Result<u64, AppError> {
    fs::create_dir_all(to).map_err(file(to))?;
    let entries = match fs::read_dir(from) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(file(from)(error)),
    };
    let mut count = 0;
    for entry in entries {
        let path: PathBuf = entry.map_err(file(from))?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            count += copy_folder(&path, &target)?;
            continue;
        }
        match fs::copy(&path, &target) {
            Ok(_) => count += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(file(&path)(error)),
        }
    }
    Ok(count)
}
