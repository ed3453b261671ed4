//! The programs beside this one.

use std::path::{Path, PathBuf};

use crate::outcome::Failure;

/// The folder of this executable.
pub(crate) fn folder() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()
        .and_then(|path| path.canonicalize())
        .map_err(|e| Failure::Failed(format!("this program cannot find itself: {e}")))?;
    Ok(own.parent().unwrap_or_else(|| Path::new("/")).to_owned())
}

/// A program beside this executable; never one of the search path.
pub(crate) fn sibling(name: &str) -> Result<PathBuf, Failure> {
    let path = folder()?.join(name);
    if path.is_file() {
        Ok(path)
    } else {
        Err(Failure::Failed(format!("`{name}` is not beside `cloister` in `{}`", folder()?.display())))
    }
}
