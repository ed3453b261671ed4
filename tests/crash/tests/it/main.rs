//! What fails around the programs: killed processes, lost answers, disks and databases. Real processes, from outside.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests: what cannot be set up ends the test")]

mod caller;
mod database;
mod disk;
mod kills;
mod lost_answers;
