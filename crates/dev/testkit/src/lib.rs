//! Real processes, users at their command lines and sabotage, for black-box tests.
//!
//! Everything runs from the binaries that `cargo xtask test` builds first; a test that does not find them fails and says
//! so. Servers listen on port 0 of loopback and die with their [`Deployment`].
#![expect(
    clippy::panic,
    clippy::disallowed_methods,
    reason = "test support: a broken precondition ends the test"
)]

mod authenticator;
mod binaries;
mod database;
mod deployment;
mod files;
pub mod http;
mod pipe;
mod postgres;
mod small_disk;
mod user;

pub use authenticator::{Authenticator, Says};
pub use binaries::Binaries;
pub use database::Database;
pub use deployment::Deployment;
pub use files::open_files;
pub use pipe::LossyPipe;
pub use postgres::Postgres;
pub use small_disk::SmallDisk;
pub use user::{Outcome, User};
