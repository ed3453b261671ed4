//! Captured and simulated evidence against every check.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod vectors;

#[cfg(feature = "sim-tee")]
mod simulated;
