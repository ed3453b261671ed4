//! The folder in which one demo plays: the server's data, each party's home and files, what comes out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use crate::workspace;

/// One demo's folder, new each time, so that an earlier one may still be serving.
pub(crate) struct Stage {
    folder: PathBuf,
    database: Option<String>,
}

impl Stage {
    /// Makes the folder, and removes those of demos that no longer run. Without a database's URL it is a file there.
    pub(crate) fn fresh(database: Option<String>) -> Result<Self, String> {
        let demos = cache().join("runs");
        for entry in fs::read_dir(&demos).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !Path::new("/proc").join(&name).exists() {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let folder = demos.join(process::id().to_string());
        for part in ["home", "files", "data"] {
            make(&folder.join(part))?;
        }
        Ok(Self { folder, database })
    }

    /// The server's data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The words that name the database to the server and its operator.
    pub(crate) fn database(&self) -> impl Iterator<Item = &str> {
        self.database.iter().flat_map(|url| ["--database", url])
    }

    /// The URL of the database.
    pub(crate) fn database_url(&self) -> String {
        let file = || format!("sqlite://{}", self.data().join("cloister.db").display());
        self.database.clone().unwrap_or_else(file)
    }

    /// What the server and its children wrote to stderr.
    pub(crate) fn server_log(&self) -> PathBuf {
        self.folder.join("serve.log")
    }

    /// A party's home.
    pub(crate) fn home(&self, party: &str) -> PathBuf {
        self.folder.join("home").join(party)
    }

    /// A file that somebody brings or takes away.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join("files").join(name)
    }

    /// The plain files, on the hospitals' own disks.
    pub(crate) fn plain(&self) -> PathBuf {
        self.folder.join("files")
    }
}

/// What is kept between demos.
pub(crate) fn cache() -> PathBuf {
    workspace::target_dir().join("demo")
}

/// Makes a folder with its parents.
pub(crate) fn make(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("cannot make `{}`: {error}", folder.display()))
}
