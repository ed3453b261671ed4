//! Where the binaries under test are.

use std::path::{Path, PathBuf};

/// The folder that holds `cloister`, `cloister-server`, `cloister-broker`, `cloister-worker` and `reference.json`.
#[derive(Clone, Debug)]
pub struct Binaries(PathBuf);

impl Binaries {
    const NAMES: [&str; 5] =
        ["cloister", "cloister-server", "cloister-broker", "cloister-worker", "reference.json"];

    /// Beside the test binary, as cargo lays them out.
    pub fn built() -> Self {
        let test = std::env::current_exe().unwrap_or_else(|e| panic!("the test's own path: {e}"));
        let folder = test.ancestors().find(|a| a.join("cloister").is_file());
        Self::at(folder.unwrap_or_else(|| {
            panic!("no binaries above {}; run `cargo xtask test`, which builds them first", test.display())
        }))
    }

    /// In another folder.
    pub fn at(folder: &Path) -> Self {
        for name in Self::NAMES {
            let path = folder.join(name);
            assert!(path.is_file(), "{} is missing; run `cargo xtask test`, which makes it", path.display());
        }
        Self(folder.into())
    }

    /// A copy in `folder`, to be sabotaged.
    #[must_use]
    pub fn copy_to(&self, folder: &Path) -> Self {
        for name in Self::NAMES {
            std::fs::copy(self.0.join(name), folder.join(name))
                .unwrap_or_else(|e| panic!("copy {name}: {e}"));
        }
        Self(folder.into())
    }

    /// The path of one.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}
