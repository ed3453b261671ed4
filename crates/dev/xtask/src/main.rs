//! Every developer command: `cargo xtask demo | test | check | arch | gen | hammer | crash | attest-exhaustive | bench | dist |
//! fuzz`.
//!
//! Invariants: a command is one file under `commands/`; the crate links no other crate of the house, so that it builds
//! in seconds and can judge the house from outside; what it reports comes from the tools it ran, never from itself.
//! Limits: Linux only, like the product.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its terminal")]
#![expect(clippy::disallowed_methods, reason = "a composition root: reads the environment of its caller")]

mod arch;
mod commands;
mod demo;
mod hammer;
mod postgres;
mod process;
mod python_env;
mod suites;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// What the developer asked for.
#[derive(Parser)]
#[command(name = "cargo xtask", about = "Every developer command")]
enum Command {
    /// Two hospitals compute together: builds, runs and verifies the whole story.
    Demo(commands::demo::Args),
    /// Runs every test and prints the totals.
    Test(commands::test::Args),
    /// What CI runs: fmt, clippy, arch, gen --check, test.
    Check,
    /// Checks edges, owners of heavy dependencies, inherited lints, file and function gates.
    Arch(commands::arch::Args),
    /// Writes what is generated and committed, or checks that it is fresh.
    Gen(commands::generate::Args),
    /// Kills processes at random under load, and gives the accounts.
    Crash(commands::crash::Args),
    /// Flips every signed bit of captured attestation evidence.
    AttestExhaustive,
    /// Measures: TPC-H, key release, log, API (release profile).
    Bench(commands::bench::Args),
    /// Builds what is shipped and proves what is not in it.
    Dist(commands::dist::Args),
    /// Makes requests up from the OpenAPI document and lets hostile clients at real deployments.
    Hammer(commands::hammer::Args),
    /// Fuzzes the decoders of strangers' bytes.
    Fuzz(commands::fuzz::Args),
}

/// A command fails with a sentence for the person at the terminal.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    // `cargo xtask demo -- --exit` and `cargo xtask demo --exit` mean the same: the alias has its own `--` already.
    let words =
        std::env::args_os().enumerate().filter(|(at, word)| *at != 2 || word != "--").map(|(_, word)| word);
    let outcome = match Command::parse_from(words) {
        Command::Demo(args) => commands::demo::run(&args),
        Command::Test(args) => commands::test::run(&args),
        Command::Check => commands::check::run(),
        Command::Arch(args) => commands::arch::run(&args),
        Command::Gen(args) => commands::generate::run(&args),
        Command::Crash(args) => commands::crash::run(&args),
        Command::AttestExhaustive => commands::attest_exhaustive::run(),
        Command::Bench(args) => commands::bench::run(&args),
        Command::Dist(args) => commands::dist::run(&args),
        Command::Hammer(args) => commands::hammer::run(&args),
        Command::Fuzz(args) => commands::fuzz::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            if !message.is_empty() {
                eprintln!("error: {message}");
            }
            ExitCode::FAILURE
        }
    }
}
