//! `cargo xtask attest-exhaustive`: every bit of what is signed in captured evidence, flipped; the suite flips one a byte.

use crate::{Outcome, process, suites::SIMULATED};

/// Runs the test that flips all bits.
pub(crate) fn run() -> Outcome {
    let filter = "package(cloister-attest) & test(every_flipped_bit)";
    let mut command = process::cargo([
        "nextest",
        "run",
        "--workspace",
        "--no-capture",
        "--run-ignored",
        "only",
        "-E",
        filter,
    ]);
    process::run(command.args(SIMULATED))
}
