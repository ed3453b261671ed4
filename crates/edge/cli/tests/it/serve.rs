//! `cloister serve` over stand-ins for broker, server and worker.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

/// A folder with `cloister` and its stand-ins, and a data folder.
struct Installation(tempfile::TempDir);

impl Installation {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = env!("CARGO_BIN_EXE_cloister");
        let to = folder.path().join("cloister");
        if fs::hard_link(own, &to).is_err() {
            fs::copy(own, &to).unwrap();
        }
        let installation = Self(folder);
        let ready = |more: &str| format!(r#"echo '{{"event":"ready","url":"http://127.0.0.1:1"{more}}}'"#);
        installation.program("cloister-broker", &ready(""));
        installation.program("cloister-server", &ready(r#","setup":"http://127.0.0.1:1/setup#x""#));
        installation.program("cloister-worker", "");
        let made = installation
            .command(&["reference-manifest", "--bin-dir"])
            .arg(installation.path(""))
            .arg("--key")
            .arg(installation.path("reference.key"))
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success());
        installation
    }

    /// A shell script that notes its process id, says `words` and waits.
    fn program(&self, name: &str, words: &str) {
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\necho $$ >> $0.pids\n{words}\nexec sleep 600\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.path("cloister"));
        command.args(words).env("CLOISTER_HOME", self.path("home")).stdin(Stdio::null());
        command
    }

    fn serve(&self) -> Command {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(self.path("data")).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    fn pids(&self, name: &str) -> Vec<i32> {
        let text = fs::read_to_string(self.path(&format!("{name}.pids"))).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }
}

fn ready(child: &mut Child) -> Value {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

fn within(seconds: u64, holds: impl Fn() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    holds()
}

fn alive(pid: i32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

#[test]
fn serve_starts_three_programs_restarts_a_crashed_one_and_takes_all_along() {
    let installation = Installation::new();
    let mut child = installation.serve().spawn().unwrap();
    let line = ready(&mut child);
    assert_eq!((line["event"].as_str(), line["url"].as_str()), (Some("ready"), Some("http://127.0.0.1:1")));
    assert_eq!(line["setup"], "http://127.0.0.1:1/setup#x");
    let second = installation.serve().output().unwrap();
    assert_eq!(second.status.code(), Some(6), "a second server on the data folder");
    assert!(within(5, || installation.pids("cloister-worker").len() == 1));
    for name in ["cloister-worker", "cloister-broker"] {
        kill(Pid::from_raw(installation.pids(name)[0]), Signal::SIGKILL).unwrap();
        assert!(within(10, || installation.pids(name).len() == 2), "{name} is started again");
    }
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    assert!(child.wait().unwrap().success());
    for name in ["cloister-worker", "cloister-broker", "cloister-server"] {
        assert!(installation.pids(name).iter().all(|pid| !alive(*pid)), "{name} is gone");
    }
    let mode = |name: &str| fs::metadata(installation.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode("data/keys"), mode("data/keys/worker.token"), mode("data/server/log.key")),
        (0o700, 0o600, 0o600)
    );
}

#[test]
fn serve_refuses_a_reference_manifest_that_nobody_signed() {
    let installation = Installation::new();
    let path = installation.path("reference.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["measurement"] = "0".repeat(96).into();
    fs::write(&path, manifest.to_string()).unwrap();
    assert_eq!(installation.serve().output().unwrap().status.code(), Some(1));
    fs::remove_file(path).unwrap();
    assert_eq!(installation.serve().output().unwrap().status.code(), Some(1));
    assert!(installation.pids("cloister-broker").is_empty(), "nothing was started");
}

#[test]
fn a_program_that_cannot_start_ends_serve_with_its_reason() {
    let installation = Installation::new();
    installation.program("cloister-server", "exit 6");
    assert_eq!(installation.serve().output().unwrap().status.code(), Some(6));
    assert!(within(5, || installation.pids("cloister-broker").iter().all(|pid| !alive(*pid))));
}
