//! The real router over a real database; the broker is scripted.
#![expect(clippy::unwrap_used, reason = "a broken precondition ends the test")]

mod browser;
mod conventions;
mod events;
mod house;
mod key_backups;
mod log;
mod mail;
mod passkeys;
mod people;
mod scim;
mod telemetry;
mod walk;
mod webhooks;
