//! Which database a test runs on: `cargo xtask test` runs the same tests on each.

use std::path::Path;

use crate::Postgres;

/// The variable that says `sqlite` or `postgres`.
const VARIABLE: &str = "CLOISTER_TEST_DATABASE";

/// A database of a test's own.
#[derive(Debug)]
pub enum Database {
    /// A file in a folder of the test's.
    Sqlite,
    /// A cluster.
    Postgres(Postgres),
}

impl Database {
    /// The one this run of the tests is about.
    pub fn of_this_run() -> Self {
        match std::env::var(VARIABLE).as_deref() {
            Ok("postgres") => Self::Postgres(Postgres::start()),
            Ok("sqlite") | Err(_) => Self::Sqlite,
            Ok(other) => panic!("{VARIABLE} is `{other}`; it may be `sqlite` or `postgres`"),
        }
    }

    /// Its URL where it is not the default of a data folder.
    pub fn url(&self) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres(cluster) => Some(cluster.url()),
        }
    }

    /// Its URL, with a file in `folder` for SQLite.
    pub fn url_in(&self, folder: &Path) -> String {
        self.url().unwrap_or_else(|| format!("sqlite://{}", folder.join("cloister.db").display()))
    }
}
