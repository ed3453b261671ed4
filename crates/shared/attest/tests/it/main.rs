//! Captured and simulated evidence against every check.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::too_many_lines,
    clippy::trivially_copy_pass_by_ref,
    clippy::type_complexity,
    reason = "tests: tables are long and a failure may panic"
)]

mod captured;
mod vectors;
mod vendors;

#[cfg(feature = "sim-tee")]
mod simulated;
