//! The real router over a real database; the broker is scripted.
#![expect(clippy::unwrap_used, reason = "a broken precondition ends the test")]

mod browser;
mod conventions;
mod events;
mod house;
mod key_backups;
mod log;
mod mail;
mod people;
mod walk;
mod webhooks;
