//! Building the four programs, with a count of crates, and the signed reference manifest beside them.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::demo::console::Console;
use crate::{process, suites, workspace};

/// Where the programs are.
pub(crate) struct Binaries {
    pub(crate) folder: PathBuf,
    pub(crate) cloister: PathBuf,
}

/// The same crates with the same features as the tests', so that both use one build: asking for examples, of which there
/// are none, makes cargo count the features that dev-dependencies switch on, as it does for tests.
const SELECTION: [&str; 4] = ["--workspace", "--bins", "--examples", "--locked"];

/// Whether the programs are there from an earlier build.
pub(crate) fn has_built() -> bool {
    workspace::target_dir().join("debug/cloister-worker").is_file()
}

/// Builds what changed and writes the reference manifest, without which nothing would be served.
pub(crate) fn binaries(console: &Console) -> Result<Binaries, String> {
    let of = total().unwrap_or_default();
    let mut command = process::cargo(["build", "--message-format", "json-render-diagnostics"]);
    command.args(SELECTION).args(suites::SIMULATED).stdout(Stdio::piped());
    if has_built() {
        command.arg("--quiet");
    }
    let mut child = command.spawn().map_err(|error| format!("cannot start cargo: {error}"))?;
    let mut built = BTreeSet::new();
    for line in
        child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines).map_while(Result::ok)
    {
        if let Some((package, fresh)) = artifact(&line)
            && built.insert(package.clone())
            && !fresh
        {
            console.count(built.len(), of.max(built.len()), &package);
        }
    }
    Console::counted();
    let status = child.wait().map_err(|error| format!("cargo build: {error}"))?;
    if !status.success() {
        return Err(format!("cargo build ended with {status}"));
    }
    console.step("build", &format!("{} crates up to date", built.len()));
    let folder = workspace::target_dir().join("debug");
    let binaries = Binaries { cloister: folder.join("cloister"), folder };
    reference_manifest(&binaries)?;
    Ok(binaries)
}

/// Measures the worker that was just built; the key that signs is made once per checkout.
fn reference_manifest(binaries: &Binaries) -> Result<(), String> {
    let mut command = Command::new(&binaries.cloister);
    command.arg("reference-manifest").arg("--bin-dir").arg(&binaries.folder);
    command.arg("--key").arg(workspace::target_dir().join("cloister-dev.key")).stdout(Stdio::null());
    process::run(&mut command)
}

/// The package of a `compiler-artifact` message, and whether it was there already.
fn artifact(line: &str) -> Option<(String, bool)> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" {
        return None;
    }
    let id = message["package_id"].as_str()?;
    let short = id.rsplit(['/', '#']).next().unwrap_or(id);
    Some((short.to_owned(), message["fresh"].as_bool().unwrap_or(false)))
}

/// How many crates the programs consist of.
fn total() -> Option<usize> {
    let mut command =
        process::cargo(["tree", "--workspace", "--locked", "--edges", "normal,build", "--prefix", "none"]);
    let tree = process::stdout(command.args(suites::SIMULATED)).ok()?;
    Some(tree.lines().filter_map(|line| line.split(" (").next()).collect::<BTreeSet<_>>().len())
}

#[cfg(test)]
mod tests {
    use super::artifact;

    #[test]
    fn artifacts_are_counted_by_package() {
        let line = r#"{"reason":"compiler-artifact","package_id":"registry+x#serde@1.0.2","fresh":true}"#;
        assert_eq!(artifact(line), Some(("serde@1.0.2".to_owned(), true)));
        assert_eq!(artifact(r#"{"reason":"build-finished","success":true}"#), None);
        assert_eq!(artifact("plain text"), None);
    }
}
