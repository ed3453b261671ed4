//! The suites of tests and the sums of what they report.
//!
//! Invariants: a suite that cannot be built or started, or ends badly without naming a failure, counts as one failed
//! test; nothing is retried, so a flaky pass cannot hide.

use std::fs;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::demo::tools;
use crate::{postgres, process, python_env, workspace};

/// How many tests ended how.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Totals {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Totals {
    /// A suite that ended badly has at least one failure, whatever it printed.
    pub(crate) fn judged(mut self, succeeded: bool) -> Self {
        if !succeeded && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

/// Every Rust test of the workspace but the documentation's, with the features the demo has too. By nextest where it is
/// installed, which isolates each test in a process; else by `cargo test`. Tests with a word of `without` in their path
/// are skipped, and counted so.
pub(crate) fn rust(filter: &[String], without: &[&str]) -> Result<Totals, String> {
    if !process::exists("cargo-nextest", "--version") {
        let mut command = process::cargo(["test", "--workspace", "--no-fail-fast", "--color", "never"]);
        command.args(["--lib", "--bins", "--tests"]).args(SIMULATED).arg("--").args(filter);
        command.args(without.iter().flat_map(|word| ["--skip", word])).envs(python_env::variables());
        let (printed, succeeded) = process::watch_stdout(&mut command)?;
        return Ok(libtest_totals(&printed).judged(succeeded));
    }
    let mut command = process::cargo(["nextest", "run", "--workspace", "--no-fail-fast", "--color", "never"]);
    command.args(["--no-tests", "pass"]).args(SIMULATED).args(filter).envs(python_env::variables());
    if filter.is_empty() && !without.is_empty() {
        let each: Vec<String> = without.iter().map(|word| format!("not test({word})")).collect();
        command.args(["-E", &each.join(" & ")]);
    }
    let (printed, succeeded) = process::watch_stderr(&mut command)?;
    Ok(nextest_totals(&printed).unwrap_or_default().judged(succeeded))
}

/// Part of the path of each test that mounts a small disk.
const NEEDS_MOUNTS: &str = "disk::";

/// The words of the tests that cannot be run here, each said with the way out.
pub(crate) fn without(postgres: bool) -> Vec<&'static str> {
    let mut words = Vec::new();
    if !postgres {
        words.push(postgres::NEEDS_IT);
    }
    if !can_mount() {
        eprintln!("disk: neither root nor a namespace of one's own may mount here; these tests are skipped");
        words.push(NEEDS_MOUNTS);
    }
    words
}

/// Whether tests may mount small disks: as root, or in a user and mount namespace.
fn can_mount() -> bool {
    tools::is_root() || process::exists("unshare", "-rm")
}

/// The cargo arguments that switch the simulated TEE on, in the leaf crates that have it.
pub(crate) const SIMULATED: [&str; 2] =
    ["--features", "cloister-cli/sim-tee,cloister-broker/sim-tee,cloister-worker/sim-tee"];

/// The examples in documentation comments, for the crates that have such.
pub(crate) fn documentation() -> Result<Totals, String> {
    let mut totals = Totals::default();
    for package in packages_with_examples()? {
        let output = process::cargo(["test", "--doc", "--package", &package, "--color", "never"])
            .output()
            .map_err(|error| format!("cannot start cargo: {error}"))?;
        let printed = String::from_utf8_lossy(&output.stdout);
        println!("{printed}");
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        totals += libtest_totals(&printed).judged(output.status.success());
    }
    Ok(totals)
}

/// The Python package's suite: the second verifier of bundles over the corpus.
pub(crate) fn python() -> Result<Totals, String> {
    let interpreter = python_env::ensure("sdk")?;
    let mut command = Command::new(&interpreter);
    command.args(["-m", "pytest", "--color=no", "-q", "-p", "no:cacheprovider"]);
    command.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(workspace::root().join("sdk/python"));
    let output =
        command.output().map_err(|error| format!("cannot start {}: {error}", interpreter.display()))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    println!("{printed}");
    Ok(pytest_totals(&printed).judged(output.status.success()))
}

/// Installs what a folder's lock file names, unless that was done since it changed.
fn node_modules(folder: &Path) -> Result<(), String> {
    let written = |name: &str| fs::metadata(folder.join(name)).and_then(|file| file.modified()).ok();
    let installed = written("node_modules/.package-lock.json");
    if installed.is_some() && installed >= written("package-lock.json") {
        return Ok(());
    }
    process::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))
}

/// The identity provider that end-to-end tests sign in at.
pub(crate) fn identity_provider() -> Result<(), String> {
    node_modules(&workspace::root().join("tests/oidc"))
}

/// The console, as the server shows it.
pub(crate) fn console() -> Result<(), String> {
    let folder = workspace::root().join("web");
    node_modules(&folder)?;
    let mut build = Command::new("npm");
    process::run(
        build
            .args(["run", "--silent", "build", "--", "--logLevel", "warn"])
            .current_dir(folder)
            .stdout(std::io::stderr()),
    )
}

/// The console's suite, where there is one.
pub(crate) fn web() -> Result<Option<Totals>, String> {
    let folder = workspace::root().join("web");
    if !folder.join("package.json").is_file() {
        return Ok(None);
    }
    node_modules(&folder)?;
    let report = workspace::target_dir().join("vitest.json");
    let status = Command::new("npx")
        .args(["vitest", "run", "--reporter=default", "--reporter=json"])
        .arg(format!("--outputFile.json={}", report.display()))
        .env("CLOISTER_BINARY", workspace::target_dir().join("debug/cloister"))
        .env("CLOISTER_SCREENSHOTS", workspace::target_dir().join("screenshots"))
        .current_dir(&folder)
        .status()
        .map_err(|error| format!("cannot start npx: {error}"))?;
    let text = fs::read_to_string(&report).unwrap_or_default();
    Ok(Some(vitest_totals(&text).judged(status.success())))
}

/// nextest's last line: `Summary [ 1.2s] 10 tests run: 8 passed (1 slow), 1 failed, 1 timed out, 2 skipped`.
pub(crate) fn nextest_totals(printed: &str) -> Option<Totals> {
    let line = printed.lines().rev().find(|line| line.trim_start().starts_with("Summary ["))?;
    let (_, counts) = line.split_once("run:")?;
    let mut totals = Totals::default();
    for part in outside_parentheses(counts).split(',') {
        let (number, what) = part.trim().split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        match what.trim() {
            "passed" => totals.passed += number,
            "skipped" => totals.skipped += number,
            _ => totals.failed += number,
        }
    }
    Some(totals)
}

fn outside_parentheses(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

/// libtest's lines `test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; ...`, all of them.
fn libtest_totals(printed: &str) -> Totals {
    let mut totals = Totals::default();
    for line in printed.lines().filter(|line| line.starts_with("test result:")) {
        for part in line.split(['.', ';']) {
            match counted(part) {
                Some((number, "passed")) => totals.passed += number,
                Some((number, "failed")) => totals.failed += number,
                Some((number, "ignored")) => totals.skipped += number,
                Some(_) | None => {}
            }
        }
    }
    totals
}

/// pytest's last line `3 passed, 1 failed, 2 skipped in 0.12s`.
fn pytest_totals(printed: &str) -> Totals {
    let mut totals = Totals::default();
    let last = printed.lines().rev().find(|line| line.contains(" in ")).unwrap_or_default();
    for part in
        last.trim_matches(|c| c == '=' || c == ' ').split(" in ").next().unwrap_or_default().split(',')
    {
        match counted(part) {
            Some((number, "passed" | "xpassed")) => totals.passed += number,
            Some((number, "failed" | "error" | "errors")) => totals.failed += number,
            Some((number, "skipped" | "xfailed")) => totals.skipped += number,
            Some(_) | None => {}
        }
    }
    totals
}

fn vitest_totals(report: &str) -> Totals {
    let value: serde_json::Value = serde_json::from_str(report).unwrap_or_default();
    let count = |key: &str| value.get(key).and_then(serde_json::Value::as_u64).unwrap_or_default();
    Totals {
        passed: count("numPassedTests"),
        failed: count("numFailedTests"),
        skipped: count("numPendingTests") + count("numTodoTests"),
    }
}

fn counted(part: &str) -> Option<(u64, &str)> {
    let (number, what) = part.trim().split_once(' ')?;
    Some((number.parse().ok()?, what.trim()))
}

/// The packages of the workspace with a code fence in a documentation comment that rustdoc would run.
fn packages_with_examples() -> Result<Vec<String>, String> {
    let metadata = process::stdout(&mut process::cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let is_library = package["targets"].as_array().into_iter().flatten().any(|target| {
            target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib"))
        });
        let folder = package["manifest_path"].as_str().map(Path::new).and_then(Path::parent);
        if let (true, Some(folder), Some(name)) = (is_library, folder, package["name"].as_str())
            && folder_has_example(&folder.join("src"))
        {
            found.push(name.to_owned());
        }
    }
    Ok(found)
}

fn folder_has_example(folder: &Path) -> bool {
    let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    paths.into_iter().any(|path: PathBuf| {
        if path.is_dir() {
            folder_has_example(&path)
        } else {
            path.extension().is_some_and(|extension| extension == "rs")
                && fs::read_to_string(&path).is_ok_and(|text| has_example(&text))
        }
    })
}

/// Whether a documentation comment opens a fence that is Rust: no language named, or one of rustdoc's own words.
fn has_example(source: &str) -> bool {
    let mut inside = false;
    for line in source.lines().map(str::trim_start) {
        let Some(doc) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else { continue };
        let Some(language) = doc.trim_start().strip_prefix("```") else { continue };
        let runs = language.is_empty()
            || ["rust", "no_run", "should_panic", "compile_fail"].contains(&language.trim());
        if !inside && runs {
            return true;
        }
        inside = !inside;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(passed: u64, failed: u64, skipped: u64) -> Totals {
        Totals { passed, failed, skipped }
    }

    #[test]
    fn the_summary_of_nextest_is_read() {
        for (line, expected) in [
            ("     Summary [   0.01s] 3 tests run: 3 passed, 0 skipped", Some(totals(3, 0, 0))),
            (
                "Summary [ 9s] 9 tests run: 6 passed (2 slow, 1 leaky), 2 failed, 1 timed out, 4 skipped",
                Some(totals(6, 3, 4)),
            ),
            ("Summary [ 9s] 5/9 tests run: 4 passed, 1 exec failed, 0 skipped", Some(totals(4, 1, 0))),
            ("error: could not compile", None),
        ] {
            assert_eq!(nextest_totals(&format!("noise\n{line}\nmore")), expected, "{line}");
        }
    }

    #[test]
    fn a_suite_that_ends_badly_never_counts_as_passed() {
        assert_eq!(totals(3, 0, 0).judged(false), totals(3, 1, 0));
        assert_eq!(totals(3, 2, 0).judged(false), totals(3, 2, 0));
        assert_eq!(totals(3, 0, 0).judged(true), totals(3, 0, 0));
    }

    #[test]
    fn other_suites_are_read() {
        let libtest = "test result: ok. 2 passed; 1 failed; 3 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(libtest_totals(&libtest.repeat(2)), totals(4, 2, 6));
        assert_eq!(pytest_totals("..\n=== 3 passed, 1 failed, 2 skipped in 0.12s ===\n"), totals(3, 1, 2));
        assert_eq!(vitest_totals("{\"numPassedTests\":5,\"numFailedTests\":1}"), totals(5, 1, 0));
    }

    #[test]
    fn only_fences_that_rustdoc_runs_are_examples() {
        for (source, expected) in [
            ("/// ```\n/// let a = 1;\n/// ```", true),
            ("//! ```no_run\n//! x();\n//! ```", true),
            ("/// ```text\n/// a\n/// ```", false),
            ("// ```\n// ```", false),
        ] {
            assert_eq!(has_example(source), expected, "{source}");
        }
    }
}
