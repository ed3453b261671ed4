//! HTTP: routes, sessions, problems, OpenAPI; binary `cloister-server`.
//!
//! Handlers translate and nothing else. Invariants: [`Caller`](caller::Caller) is the only place that authenticates;
//! one table maps a use case's error to a problem; every answer has a request id. Limits: rate limits count in
//! this process; several servers each count for themselves.

pub mod admin;
pub mod ambient;
mod body;
pub mod broker_pipe;
mod caller;
mod config;
mod console;
mod cookie;
pub mod courier;
mod etag;
pub mod layers;
pub mod listen;
pub mod lock;
mod metrics;
pub mod oidc;
mod page;
mod problem;
mod provider_file;
mod reach;
pub mod refusals;
pub mod routes;
mod scim;
pub mod serve;
pub mod smtp;
mod state;
pub mod streams;
pub mod telemetry;

pub use config::{Command, Options, ServeOptions};
pub use state::{Parts, Shared};
