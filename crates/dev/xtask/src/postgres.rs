//! The tests that use a database, on PostgreSQL too.

use std::fs;

use crate::suites::{self, SIMULATED, Totals};
use crate::{Outcome, demo::console::Console, demo::tools, process};

/// The variable that the test kit reads.
const VARIABLE: &str = "CLOISTER_TEST_DATABASE";
/// Whose tests use a database.
const FILTER: &str = "package(cloister-server) | package(cloister-app) | package(cloister-e2e)";

/// Runs them; where PostgreSQL is missing and may not be installed, they are counted as skipped, and the way out is said.
pub(crate) fn suite(console: &Console, agreed: bool) -> Result<Totals, String> {
    if let Err(message) = ensure(console, agreed) {
        eprintln!("postgres: {message}");
        return Ok(Totals { skipped: count()?, ..Totals::default() });
    }
    let mut command = process::cargo(["nextest", "run", "--workspace", "--no-fail-fast", "--color", "never"]);
    command.args(SIMULATED).args(["-E", FILTER]).env(VARIABLE, "postgres");
    let (printed, succeeded) = process::watch_stderr(&mut command)?;
    Ok(suites::nextest_totals(&printed).unwrap_or_default().judged(succeeded))
}

/// Installs it where it is missing and may be installed; else says the way out.
pub(crate) fn ensure(console: &Console, agreed: bool) -> Outcome {
    if !is_there() && agreed {
        tools::install(console, &["postgresql"])?;
    }
    if is_there() {
        return Ok(());
    }
    Err("its programs are missing; install Debian's `postgresql`, then run again".to_owned())
}

fn is_there() -> bool {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    debian.map(|version| version.path().join("bin/initdb")).any(|program| program.is_file())
        || process::exists("initdb", "--version")
}

/// How many tests there are: their names are indented below their binary's.
fn count() -> Result<u64, String> {
    let mut command = process::cargo(["nextest", "list", "--workspace", "--color", "never", "-E", FILTER]);
    let listed = process::stdout(command.args(SIMULATED))?;
    Ok(listed.lines().filter(|line| line.starts_with("    ")).map(|_| 1).sum())
}
