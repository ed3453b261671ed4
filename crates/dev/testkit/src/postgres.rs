//! A PostgreSQL cluster of a test's own: made by `initdb`, reached by a private socket only, gone with the test.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use nix::unistd::{Gid, Uid, User as Account, chown};
use tempfile::TempDir;

/// A running cluster; ends when dropped.
#[derive(Debug)]
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    /// Whom the server runs as, when the test runs as root: it refuses to be root.
    account: Option<(Uid, Gid)>,
}

impl Postgres {
    /// The folder of `initdb` and `pg_ctl`: the newest that Debian has, else that of the search path.
    pub fn programs() -> Option<PathBuf> {
        let debian =
            fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut found: Vec<PathBuf> = debian.filter(|bin| bin.join("initdb").is_file()).collect();
        found.sort();
        found.pop().or_else(|| std::env::split_paths(&path).find(|bin| bin.join("initdb").is_file()))
    }

    /// Makes a cluster and starts it.
    pub fn start() -> Self {
        let programs = Self::programs().unwrap_or_else(|| panic!("no PostgreSQL: `apt install postgresql`"));
        let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("a temporary folder: {e}"));
        let account = Uid::effective().is_root().then(unprivileged);
        let cluster = Self { folder, programs, account };
        if let Some((user, group)) = account {
            chown(cluster.folder.path(), Some(user), Some(group)).unwrap_or_else(|e| panic!("chown: {e}"));
        }
        let data = cluster.data();
        let made = cluster
            .program("initdb")
            .args([
                "--username",
                "cloister",
                "--auth",
                "trust",
                "--encoding",
                "UTF8",
                "--no-sync",
                "--pgdata",
            ])
            .arg(&data)
            .output()
            .unwrap_or_else(|e| panic!("initdb: {e}"));
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        cluster.up();
        cluster
    }

    /// Starts it (again).
    pub fn up(&self) {
        let options = format!("-k {} -c listen_addresses=", self.folder.path().display());
        let log = self.folder.path().join("log");
        let words = [
            "-o".as_ref(),
            options.as_ref(),
            "-l".as_ref(),
            log.as_os_str(),
            "-w".as_ref(),
            "start".as_ref(),
        ];
        let started = self.ctl().args(words).status().unwrap_or_else(|e| panic!("pg_ctl: {e}"));
        let said = || fs::read_to_string(&log).unwrap_or_default();
        assert!(started.success(), "PostgreSQL does not start: {}", said());
    }

    /// Ends it: `smart` waits for clients, `immediate` is a power cut.
    pub fn down(&self, mode: &str) {
        let _ = self.ctl().args(["-m", mode, "-w", "stop"]).status();
    }

    /// The URL of its database.
    pub fn url(&self) -> String {
        format!("postgres://cloister@localhost/postgres?host={}", self.folder.path().display())
    }

    /// Has an administrator's statement carried out, whatever time limit is set for others.
    pub fn sql(&self, statement: &str) {
        let socket = self.folder.path().to_string_lossy().into_owned();
        let words = ["-h", &socket, "-U", "cloister", "-d", "postgres", "-q", "-c", statement];
        let mut psql = self.program("psql");
        psql.env("PGOPTIONS", "-c statement_timeout=0").args(words);
        let done = psql.output().unwrap_or_else(|e| panic!("psql: {e}"));
        assert!(done.status.success(), "psql: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn ctl(&self) -> Command {
        let mut command = self.program("pg_ctl");
        command.arg("--pgdata").arg(self.data());
        command
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(Path::new("/")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        if let Some((user, group)) = self.account {
            command.uid(user.as_raw()).gid(group.as_raw());
        }
        command
    }
}

fn unprivileged() -> (Uid, Gid) {
    let found = ["postgres", "nobody"].iter().find_map(|name| Account::from_name(name).ok().flatten());
    found.map_or_else(|| panic!("no account `postgres` or `nobody`"), |account| (account.uid, account.gid))
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.down("immediate");
    }
}
