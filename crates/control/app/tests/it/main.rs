//! Use cases over a real database; the broker is scripted, the clock stands still.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a broken precondition ends the test")]

mod audit;
mod clocks;
mod datasets;
mod drafts;
mod events;
mod ingests;
mod invitations;
mod leases;
mod notices;
mod study;
mod uploads;
