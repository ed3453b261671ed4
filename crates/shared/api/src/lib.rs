//! Request, response and problem types of the REST API `/api/v1`.
//!
//! Unknown fields are refused. Times are RFC 3339 UTC; ids are UUIDs, except a workspace's, which is the digest of its
//! first charter; digests are 64 lower-case hexadecimal digits. A signed statement travels as its DSSE envelope.
#![forbid(unsafe_code)]

pub mod audit;
pub mod broker;
pub mod datasets;
pub mod events;
pub mod jobs;
pub mod key_backups;
pub mod notices;
pub mod passkeys;
pub mod people;
pub mod problem;
pub mod runs;
pub mod sign_in;
pub mod webhooks;
pub mod worker;
pub mod workspaces;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use problem::Problem;

/// A signed statement: a DSSE envelope `{payloadType, payload, signatures}` around an in-toto statement. Decoded and
/// verified by the crate `statement`, never here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct Envelope(pub serde_json::Value);

/// A list and where it goes on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items, in a stable order.
    pub items: Vec<T>,
    /// Pass as `cursor` to get what follows; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A restricting statement's outcome: done only with the broker's acknowledgement.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    /// Digest of the statement.
    #[schema(value_type = String)]
    pub statement: cloister_model::Digest,
    /// The broker's signed acknowledgement; absent means "not in force yet" (answered with 202).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledgement: Option<Envelope>,
}
