//! The broker from outside: exchanges, attacks, restarts, and the real binary killed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::needless_pass_by_value,
    clippy::single_match_else,
    clippy::unused_self,
    reason = "tests: tables are long and a failure may panic"
)]

mod binary;
mod exchange;
mod people;
mod restrictions;
mod world;
