//! `cloister-crash`: random `kill -9` under load, the accounts, exit code 1 when they do not hold. Started by
//! `cargo xtask crash`, never shipped.
#![expect(clippy::print_stdout, reason = "it gives accounts to whoever started it")]

use std::{process::ExitCode, time::Duration};

use clap::{Parser, ValueEnum};
use cloister_crash::{Plan, run};
use cloister_testkit::{Database, Postgres};

/// How long, on what, and by which seed.
#[derive(Parser)]
struct Args {
    /// Minutes of load on each database.
    #[arg(long, default_value_t = 5.0)]
    minutes: f64,
    /// Which database.
    #[arg(long, value_enum, default_value_t = On::Both)]
    database: On,
    /// Chooses victims and moments.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Milliseconds within which a killed deployment must be ready again.
    #[arg(long, default_value_t = 2_000)]
    ready_within: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum On {
    Sqlite,
    Postgres,
    Both,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let plan = Plan {
        load: Duration::from_secs_f64(args.minutes * 60.0),
        seed: args.seed,
        ready_within: Duration::from_millis(args.ready_within),
        // A worker's death keeps its run for the 120 s of its keys' lease, and the runs behind it wait.
        runs_within: Duration::from_mins(12),
    };
    let mut held = true;
    for on in [On::Sqlite, On::Postgres] {
        if args.database != On::Both && args.database != on {
            continue;
        }
        let (name, database) = match on {
            On::Postgres => ("postgres", Database::Postgres(Postgres::start())),
            On::Sqlite | On::Both => ("sqlite", Database::Sqlite),
        };
        println!("{name}: {} minutes, seed {}", args.minutes, args.seed);
        let accounts = run(database, &plan);
        println!("{accounts}");
        held &= accounts.hold();
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
