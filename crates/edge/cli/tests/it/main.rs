//! The binary `cloister` from outside: exit codes, JSON, `serve` over stand-ins for the three programs.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests: what cannot be set up ends the test")]

mod attest;
mod log;
mod serve;

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

/// Runs `cloister --json` in a home of its own: exit code and the one document on stdout.
fn cloister(home: &Path, words: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_cloister"))
        .args(words)
        .arg("--json")
        .env("CLOISTER_HOME", home)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let document = serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("{words:?}: {e}: {stdout}"));
    (output.status.code().unwrap(), document)
}

#[test]
fn every_failure_is_one_json_document_with_its_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    for (words, code) in [
        (&["nonsense"][..], 2),
        (&["workspace", "list"], 1),
        (&["login", "http://127.0.0.1:9", "--email", "a@b.example"], 2),
        (&["job", "create", "--workspace", "W", "--name", "N"], 1),
        (&["verify", "/nonexistent"], 2),
        (&["audit", "verify", "/nonexistent"], 2),
        (&["key", "restore", "/nonexistent"], 1),
    ] {
        let (got, document) = cloister(&home, words);
        assert_eq!(got, code, "{words:?}: {document}");
        assert_eq!(document["error"]["exit"], code, "{words:?}: {document}");
    }
}
