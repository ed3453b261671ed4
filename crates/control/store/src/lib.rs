//! Rows, migrations, job queue, audit outbox and objects.
//!
//! Invariants: every write happens in a [`Tx`], of which there is one at a time; an act and its audit entry commit in
//! the same [`Tx`]; entries are numbered in commit order; whoever holds a lease carries a fence, and a write under an
//! old fence changes nothing. SQL is written by hand with `$n` placeholders, which SQLite and PostgreSQL both read.
//! Limits: one server a database (the server holds a lock on its data folder); PostgreSQL shares the code path and
//! serialises writers by an advisory lock.

pub mod copy;
mod database;
pub mod datasets;
pub mod depths;
#[cfg(test)]
mod entities;
mod error;
pub mod idempotency;
pub mod jobs;
pub mod lease;
pub mod log;
mod migrations;
pub mod notices;
pub mod objects;
pub mod people;
pub mod proposals;
pub mod queue;
pub mod runs;
pub mod statements;
mod tx;
pub mod webhooks;
pub mod workers;
pub mod workspaces;

pub use database::{Reader, Store};
pub use error::{Disk, StoreError};
pub use log::EntryDraft;
pub use sea_orm::{QueryResult as Row, Value};
pub use tx::{Query, Tx};
