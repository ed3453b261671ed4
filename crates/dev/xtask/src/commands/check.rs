//! `cargo xtask check`: what CI runs, cheapest first; every step runs, so that one look shows all that is wrong.

use std::time::Instant;

use crate::{Outcome, commands, process};

/// A step and its name.
type Step = (&'static str, fn() -> Outcome);

/// Runs the steps; the totals of the tests are the last line.
pub(crate) fn run() -> Outcome {
    let steps: [Step; 5] = [
        ("fmt", format),
        ("arch", architecture),
        ("clippy", clippy),
        ("gen --check", generated),
        ("test", tests),
    ];
    let started = Instant::now();
    let mut failed = Vec::new();
    for (name, step) in steps {
        eprintln!("== {name} ({} s so far)", started.elapsed().as_secs());
        if name == "test" && !failed.is_empty() {
            println!("failed before the tests: {}", failed.join(", "));
        }
        if let Err(message) = step() {
            if !message.is_empty() {
                eprintln!("error: {message}");
            }
            failed.push(name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(String::new()) }
}

fn format() -> Outcome {
    process::run(&mut process::cargo(["fmt", "--all", "--check"]))
}

fn architecture() -> Outcome {
    commands::arch::run(&commands::arch::Args::default())
}

fn clippy() -> Outcome {
    let mut command = process::cargo(["clippy", "--workspace", "--all-targets", "--quiet"]);
    process::run(command.args(crate::suites::SIMULATED).args(["--", "-D", "warnings"]))
}

fn generated() -> Outcome {
    commands::generate::run(&commands::generate::Args { check: true })
}

fn tests() -> Outcome {
    commands::test::run(&commands::test::Args::default())
}
