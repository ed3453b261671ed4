//! `cargo xtask attest-exhaustive`: every bit of what is signed in captured evidence, flipped; the suite flips one a byte.

use crate::{Outcome, process, suites::SIMULATED};

/// Runs the tests that flip all bits.
pub(crate) fn run() -> Outcome {
    let filter = "package(cloister-attest) & test(/every_flipped_bit/)";
    let mut command = process::cargo([
        "nextest",
        "run",
        "--workspace",
        "--profile",
        "exhaustive",
        "--run-ignored",
        "only",
        "-E",
        filter,
    ]);
    process::run(command.args(SIMULATED))
}
