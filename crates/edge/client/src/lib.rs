//! Typed client of the API with the local cryptography: what a member's own device does.
//!
//! The server is a pipe: every certificate, charter, manifest, spec and receipt that a decision rests on is verified
//! here, under keys that the profile pinned or that a pinned charter names. Private keys never leave the profile's
//! folder, plaintext never leaves memory except into the file a person asked for.
//!
//! Invariants: nothing is sealed to a broker that the workspace's verified charter does not name; nothing is signed
//! before what will be signed was returned to the caller for showing (see [`Preview`](preview::Preview)); a result is
//! shown only after its receipt held.
//!
//! Limits: the broker's key is trusted on first use and pinned; the operating system's keyring is not used, keys lie in
//! files readable by their owner only.
#![forbid(unsafe_code)]

pub mod broker;
pub mod client;
pub mod datasets;
pub mod device;
pub mod enrol;
pub mod error;
pub mod http;
pub mod jobs;
mod key_backups;
pub mod log;
pub mod outlook;
pub mod people;
pub mod preview;
pub mod profile;
pub mod resolve;
pub mod runs;
pub mod sign_in;
pub mod sql;
mod tls;
pub mod upload;
pub mod worker;
pub mod workspaces;

pub use client::{Ambient, Client};
pub use error::ClientError;
pub use http::Api;
pub use profile::Profile;
