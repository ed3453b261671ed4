//! `cargo xtask hammer`: made-up requests against real deployments on both databases, then hostile clients at full size.

use crate::demo::{build, console::Console, tools};
use crate::hammer::{self, Database};
use crate::{Outcome, postgres, process, suites, workspace};

/// How hard.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Requests to each database.
    #[arg(long, default_value_t = 20_000)]
    requests: u32,
    /// Which databases.
    #[arg(long, default_value = "both")]
    database: Which,
    /// The same seed makes the same requests up.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Only operations whose method and path have this text; no hostile clients then.
    #[arg(long, default_value = "")]
    only: String,
}

/// Which databases.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Which {
    /// A file.
    Sqlite,
    /// A cluster of the run's own.
    Postgres,
    /// One after the other.
    Both,
}

/// Hits each; the last line says how many findings there are.
pub(crate) fn run(args: &Args) -> Outcome {
    let console = Console::new(true);
    let agreed = workspace::in_ci() || tools::is_root();
    let databases = match args.database {
        Which::Sqlite => vec![Database::Sqlite],
        Which::Postgres => vec![Database::Postgres],
        Which::Both => vec![Database::Sqlite, Database::Postgres],
    };
    if databases.contains(&Database::Postgres) {
        postgres::ensure(&console, agreed)?;
    }
    build::binaries(&console)?;
    let mut findings = 0;
    for database in databases {
        let report = hammer::hit(database, args.requests, args.seed, &args.only)?;
        report.show();
        findings += report.findings();
        if args.only.is_empty() {
            findings += hostile(database)?;
        }
    }
    println!("hammer: {findings} findings");
    if findings == 0 { Ok(()) } else { Err(String::new()) }
}

/// The hostile clients of the end-to-end tests at full size; gives how many of them did harm.
fn hostile(database: Database) -> Result<u64, String> {
    let mut command = process::cargo(["nextest", "run", "--workspace", "--no-fail-fast", "--color", "never"]);
    command.args(suites::SIMULATED).args([
        "-E",
        "package(cloister-e2e) & test(hostile)",
        "--test-threads",
        "1",
    ]);
    command.args(["--success-output", "immediate"]);
    command.env("CLOISTER_TEST_DATABASE", database.word()).env("CLOISTER_TEST_SIZE", "full");
    let (printed, succeeded) = process::watch_stderr(&mut command)?;
    Ok(suites::nextest_totals(&printed).unwrap_or_default().judged(succeeded).failed)
}
