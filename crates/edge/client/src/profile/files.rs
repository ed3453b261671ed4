//! Private files: created 0600, replaced whole.

use std::{
    fs::{DirBuilder, OpenOptions, Permissions},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use zeroize::Zeroizing;

use crate::ClientError;

/// Makes sure that a folder exists and only its owner may enter.
pub fn folder(path: &Path) -> Result<(), ClientError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.and_then(|()| std::fs::set_permissions(path, Permissions::from_mode(0o700)))
        .map_err(|e| ClientError::file(path, e))
}

/// Writes a file that only its owner may read; whoever looks sees the old content or the new, never half.
pub fn write(path: &Path, content: &[u8]) -> Result<(), ClientError> {
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let attempt = || -> std::io::Result<()> {
        let _ = std::fs::remove_file(&beside);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    attempt().map_err(|e| {
        let _ = std::fs::remove_file(&beside);
        ClientError::file(path, e)
    })
}

/// The content, or `None` when there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, ClientError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(ClientError::file(path, e)),
    }
}

/// Names of a folder's files, sorted; none when there is no folder.
pub(crate) fn names(path: &Path) -> Result<Vec<String>, ClientError> {
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(ClientError::file(path, e)),
    };
    let mut names = entries
        .map(|entry| entry.map(|e| e.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| ClientError::file(path, e))?;
    names.sort();
    Ok(names)
}
