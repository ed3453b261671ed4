//! `cargo xtask crash`: random `kill -9` under load on each database; ends with plain counts, exit code 1 unless they hold.

use std::process::Command;

use crate::demo::{build, console::Console, tools};
use crate::{Outcome, postgres, process, workspace};

/// How long, on what, and by which seed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Minutes of load on each database.
    #[arg(long, default_value = "5")]
    minutes: String,
    /// `sqlite`, `postgres` or `both`.
    #[arg(long, default_value = "both")]
    database: String,
    /// Chooses victims and moments.
    #[arg(long, default_value = "1")]
    seed: String,
    /// Milliseconds within which a killed deployment must be ready again; more where other work shares the machine.
    #[arg(long, default_value = "2000")]
    ready_within: String,
}

/// Builds the programs, then lets `cloister-crash` do it.
pub(crate) fn run(args: &Args) -> Outcome {
    let console = Console::new(true);
    let agreed = workspace::in_ci() || tools::is_root();
    tools::ensure(&console, agreed)?;
    if args.database != "sqlite" {
        postgres::ensure(&console, agreed)?;
    }
    let built = build::binaries(&console)?;
    let mut command = Command::new(built.folder.join("cloister-crash"));
    command.args(["--minutes", &args.minutes, "--database", &args.database, "--seed", &args.seed]);
    command.args(["--ready-within", &args.ready_within]);
    process::run(&mut command)
}
