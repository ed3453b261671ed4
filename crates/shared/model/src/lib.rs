//! The words of the product as types: identifiers, names, roles, workspaces, datasets, rules and jobs.
//!
//! Everything here is pure: no I/O, no clock, no randomness of its own. A value that exists is valid; each state
//! machine refuses every transition that [`PRODUCT`](index.html) does not name.
#![forbid(unsafe_code)]

pub mod ambient;
pub mod digest;
pub mod engine;
pub mod ids;
pub mod ingest;
pub mod names;
pub mod notices;
pub mod policy;
pub mod roles;
pub mod rules;
pub mod schema;
pub mod states;
pub mod templates;
pub mod time;
pub mod variables;

pub use ambient::{Clock, Rng};
pub use digest::Digest;
pub use ids::{DatasetId, JobId, OrgId, RunId, SessionId, UserId, WorkspaceId};
pub use names::{DatasetName, Description, Email, JobName, NameError, OrgName, SqlName, WorkspaceName};
pub use policy::{ApprovalGroup, ApprovalPolicy, Assurance, IdentityStrength, RunPolicy, WorkspaceKind};
pub use roles::{Role, Roles};
pub use templates::{Template, Templates};
pub use time::{Duration, Timestamp};
