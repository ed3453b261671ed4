//! The tests that use a database, on PostgreSQL too.

use std::fs;

use crate::suites::{self, SIMULATED, Totals};
use crate::{demo::console::Console, demo::tools, process, python_env};

/// The variable that the test kit reads.
const VARIABLE: &str = "CLOISTER_TEST_DATABASE";
/// Whose tests use a database.
const FILTER: &str = "package(cloister-server) | package(cloister-app) | package(cloister-e2e) \
    | package(cloister-seed) | (package(cloister-crash) - test(/^disk::/))";
/// Part of the name of every test that starts PostgreSQL whatever the variable says.
pub(crate) const NEEDS_IT: &str = "postgresql";

/// Runs them; where PostgreSQL is missing, they are counted as skipped.
pub(crate) fn suite(is_there: bool) -> Result<Totals, String> {
    if !is_there {
        return Ok(Totals { skipped: count()?, ..Totals::default() });
    }
    let mut command = process::cargo(["nextest", "run", "--workspace", "--no-fail-fast", "--color", "never"]);
    command.args(SIMULATED).args(["-E", FILTER]).env(VARIABLE, "postgres").envs(python_env::variables());
    let (printed, succeeded) = process::watch_stderr(&mut command)?;
    Ok(suites::nextest_totals(&printed).unwrap_or_default().judged(succeeded))
}

/// Whether its programs are there; where they stay missing, the way out is said.
pub(crate) fn ready(console: &Console, agreed: bool) -> bool {
    ensure(console, agreed).inspect_err(|why| eprintln!("{why}")).is_ok()
}

/// Its programs, installed where they are missing and may be.
pub(crate) fn ensure(console: &Console, agreed: bool) -> Result<(), String> {
    if !is_there() && agreed {
        tools::install(console, &["postgresql"])?;
    }
    let missing = "postgres: its programs are missing; install Debian's `postgresql`, then run again";
    if is_there() { Ok(()) } else { Err(missing.into()) }
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
