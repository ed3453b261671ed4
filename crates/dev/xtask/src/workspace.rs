//! Where things are: the checkout and the folder that cargo builds into.

use std::env;
use std::path::{Path, PathBuf};

/// The root of this checkout: as `cargo run` says it, since a program built here may be found by a checkout elsewhere that
/// shares the target folder.
pub(crate) fn root() -> PathBuf {
    let told = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = told.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf());
    here.ancestors().nth(3).unwrap_or(&here).to_path_buf()
}

/// The folder cargo builds into, as cargo itself decides it: the environment first, then `target` in the checkout.
pub(crate) fn target_dir() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Whether a CI system runs us, by the variable all of them set.
pub(crate) fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| value != "false" && value != "0" && !value.is_empty())
}
