//! `cloister serve` and its children, on a data folder.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::{Binaries, Database, User};

/// A running deployment; ends, with its processes, when dropped.
pub struct Deployment {
    binaries: Binaries,
    folder: TempDir,
    database: Database,
    words: Vec<String>,
    environment: Vec<(String, String)>,
    child: Option<Child>,
    listen: String,
    /// Where the API is.
    pub url: String,
    /// The ready line.
    pub ready: Value,
}

impl Deployment {
    /// A fresh one with simulated TEEs.
    pub fn start() -> Self {
        Self::start_with(Binaries::built())
    }

    /// A fresh one from particular binaries.
    pub fn start_with(binaries: Binaries) -> Self {
        Self::start_as(binaries, &[])
    }

    /// The same with more words for `cloister serve`, at every start.
    pub fn start_as(binaries: Binaries, words: &[&str]) -> Self {
        Self::start_on(binaries, words, Database::of_this_run())
    }

    /// The same on a particular database.
    pub fn start_on(binaries: Binaries, words: &[&str], database: Database) -> Self {
        let mut deployment = Self::prepare(binaries, words, database);
        deployment.up();
        deployment
    }

    /// The same, not started yet: its data folder may be made first.
    pub fn prepare(binaries: Binaries, words: &[&str], database: Database) -> Self {
        let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("a temporary folder: {e}"));
        Self {
            binaries,
            folder,
            database,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            environment: Vec::new(),
            child: None,
            listen: "127.0.0.1:0".into(),
            url: String::new(),
            ready: Value::Null,
        }
    }

    /// Listens at the same address from the next start on: profiles of people name it.
    pub fn keep_address(&mut self) {
        self.url.trim_start_matches("http://").clone_into(&mut self.listen);
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Another folder of this test's.
    pub fn scratch(&self) -> &Path {
        self.folder.path()
    }

    /// The binaries it runs.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Starts it (again) and waits until it is ready.
    pub fn up(&mut self) {
        let errors = fs::File::create(self.folder.path().join("serve.log"))
            .unwrap_or_else(|e| panic!("the log file: {e}"));
        let mut child = self
            .serve_command()
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|e| panic!("cloister serve: {e}"));
        let stdout = child.stdout.take().unwrap_or_else(|| panic!("no pipe"));
        self.child = Some(child);
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("cloister serve did not get ready ({read:?}):\n{}", self.log()));
        ready["url"].as_str().unwrap_or_default().clone_into(&mut self.url);
        self.ready = ready;
    }

    /// The command that serves this folder; a second one must be refused.
    pub fn serve_command(&self) -> Command {
        let mut command = Command::new(self.binaries.path("cloister"));
        command
            .args(["serve", "--listen", &self.listen, "--insecure-sim-tee", "--data"])
            .arg(self.data())
            .args(&self.words)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        if let Some(url) = self.database.url() {
            command.env("CLOISTER_DATABASE", url);
        }
        command
    }

    /// What it wrote to stderr.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("serve.log")).unwrap_or_default()
    }

    /// The URL of its database.
    pub fn database_url(&self) -> String {
        self.database.url_in(&self.data())
    }

    /// Tells it something by the environment, from the next start on.
    pub fn tell(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Another, empty database from the next start on; a file of the data folder is removed by hand.
    pub fn fresh_database(&mut self) {
        self.database = Database::of_this_run();
    }

    /// That database from the next start on.
    pub fn use_database(&mut self, cluster: crate::Postgres) {
        self.database = Database::Postgres(cluster);
    }

    /// Asks it to end and waits.
    pub fn down(&mut self) {
        self.signal(Signal::SIGTERM);
        self.wait(Duration::from_secs(20));
    }

    /// Ends it and its children at once, as a power cut would.
    pub fn crash(&mut self) {
        for name in ["cloister-server", "cloister-worker", "cloister-broker"] {
            self.kill_child(name);
        }
        self.signal(Signal::SIGKILL);
        self.wait(Duration::from_secs(5));
        for name in ["cloister-server", "cloister-worker", "cloister-broker"] {
            self.kill_child(name);
        }
    }

    /// Kills one of the child processes by name, at once. Says whether there was one.
    pub fn kill_child(&self, name: &str) -> bool {
        let pids = self.children(name);
        for pid in &pids {
            let _ = kill(Pid::from_raw(*pid), Signal::SIGKILL);
        }
        !pids.is_empty()
    }

    /// Stops the supervisor where it stands: what is killed from now on stays dead. It ends with the deployment.
    pub fn stop_supervising(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// The database's cluster, where it is PostgreSQL.
    pub fn cluster(&self) -> Option<&crate::Postgres> {
        match &self.database {
            Database::Postgres(cluster) => Some(cluster),
            Database::Sqlite => None,
        }
    }

    /// Process ids of this deployment's processes of that name: they carry its folder in their arguments.
    pub fn children(&self, name: &str) -> Vec<i32> {
        let folder = self.folder.path().to_string_lossy().into_owned();
        let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
        processes
            .flatten()
            .filter_map(|entry| entry.file_name().to_string_lossy().parse::<i32>().ok())
            .filter(|pid| {
                let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                let line = String::from_utf8_lossy(&line);
                let program = line.split('\0').next().unwrap_or_default();
                program.ends_with(&format!("/{name}")) && line.contains(&folder)
            })
            .collect()
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.child.as_ref().and_then(|c| i32::try_from(c.id()).ok()) {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    fn wait(&mut self, limit: Duration) {
        let Some(mut child) = self.child.take() else { return };
        let begun = Instant::now();
        while begun.elapsed() < limit {
            if matches!(child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Someone at a command line of their own.
    pub fn user(&self, name: &str) -> User {
        User::new(self.binaries.path("cloister"), self.folder.path().join("homes").join(name))
    }

    /// The operator: `cloister admin --data DIR ...`, with text on stdin.
    pub fn admin(&self, arguments: &[&str], input: &str) -> crate::Outcome {
        let (data, url) = (self.data(), self.database.url());
        let mut all = vec!["admin", "--data", data.to_str().unwrap_or_default()];
        all.extend(url.iter().flat_map(|url| ["--database", url]));
        all.extend(arguments);
        self.user("operator").run_with_input(&all, input)
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.crash();
        }
    }
}
