//! Python environments of tests.

use std::path::{Path, PathBuf};

/// The interpreter of an environment; `cargo xtask test` makes it and says where it is.
#[expect(clippy::disallowed_methods, reason = "the test is told by the environment")]
pub(crate) fn interpreter(name: &str) -> PathBuf {
    let made = std::env::current_exe().unwrap();
    let target = made.ancestors().find(|folder| folder.ends_with("debug")).and_then(Path::parent);
    let usual = target.map(|target| target.join("python").join(name).join("bin/python"));
    let variable = format!("CLOISTER_TEST_PYTHON_{}", name.to_uppercase());
    let told = std::env::var_os(variable).map(PathBuf::from).or(usual).unwrap();
    assert!(told.exists(), "no {}: `cargo xtask test` makes it", told.display());
    told
}
