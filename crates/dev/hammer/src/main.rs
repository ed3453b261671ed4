//! `cloister-hammer` starts a deployment, fills it, lets `tests/python/hammer` at it, and looks at what is left of it.
//! Started by `cargo xtask hammer`, never shipped.
//!
//! Invariant: after the last request everything that was acknowledged before the first is still there, and the log
//! verifies; otherwise the exit code is 1.
#![expect(clippy::panic, reason = "a broken precondition ends the program")]
#![expect(clippy::print_stdout, reason = "a command line tool talks to its terminal")]

mod stage;

use std::{
    path::PathBuf,
    process::{Command, ExitCode},
};

use clap::{Parser, ValueEnum};
use cloister_testkit::{Binaries, Database, Deployment, Postgres};

use stage::Stage;

/// Which database the server keeps its tables in.
#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// A file.
    Sqlite,
    /// A cluster of this run's own.
    Postgres,
}

/// How hard, and with what.
#[derive(Parser)]
struct Args {
    /// The database.
    #[arg(long)]
    database: Kind,
    /// Requests, about.
    #[arg(long)]
    requests: u32,
    /// The same seed makes the same requests up.
    #[arg(long)]
    seed: u32,
    /// The Python that has schemathesis.
    #[arg(long)]
    python: PathBuf,
    /// The folder of the package `hammer`.
    #[arg(long)]
    package: PathBuf,
    /// Where to write the report, JSON.
    #[arg(long)]
    report: PathBuf,
    /// Only operations whose method and path have this text.
    #[arg(long, default_value = "")]
    only: String,
}

/// Nobody is told to come again later.
const WORDS: [&str; 4] = ["--rate-per-address", "0", "--rate-per-credential", "0"];

fn hammer(args: &Args, stage: &Stage) -> bool {
    let file = stage.deployment.scratch().join("stage.json");
    if let Err(error) = std::fs::write(&file, stage.document().to_string()) {
        panic!("{}: {error}", file.display());
    }
    let status = Command::new(&args.python)
        .args(["-m", "hammer", "--stage"])
        .arg(&file)
        .args(["--requests", &args.requests.to_string(), "--seed", &args.seed.to_string()])
        .args(["--only", &args.only, "--report"])
        .arg(&args.report)
        .current_dir(&args.package)
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .status();
    status.unwrap_or_else(|e| panic!("{}: {e}", args.python.display())).success()
}

fn main() -> ExitCode {
    let args = Args::parse();
    let database = match args.database {
        Kind::Sqlite => Database::Sqlite,
        Kind::Postgres => Database::Postgres(Postgres::start()),
    };
    let stage = Stage::set(Deployment::start_on(Binaries::built(), &WORDS, database));
    let done = hammer(&args, &stage);
    let lost = stage.lost();
    for what in &lost {
        println!("lost: {what}");
    }
    if !done || !lost.is_empty() {
        println!("{}", stage.deployment.log());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
