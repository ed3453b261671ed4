//! `cargo xtask attest-exhaustive`: every bit of what is signed in captured evidence, flipped; the suite flips one a byte.

use crate::{Outcome, process, suites::SIMULATED};

/// The variable that the tests read.
const VARIABLE: &str = "CLOISTER_ATTEST_EXHAUSTIVE";

/// Runs the tests that flip bits, with all of them.
pub(crate) fn run() -> Outcome {
    let filter = "package(cloister-attest) & test(/vendors::one_flipped_bit/)";
    let mut command =
        process::cargo(["nextest", "run", "--workspace", "--profile", "exhaustive", "-E", filter]);
    process::run(command.args(SIMULATED).env(VARIABLE, "1"))
}
