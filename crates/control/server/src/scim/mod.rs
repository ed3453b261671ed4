//! SCIM 2.0 (RFC 7643, 7644): the subset that Entra ID and Okta send, and what `scim2-tester` asks for.
//!
//! Invariants: resources are JSON here and typed in `app`; attributes nobody knows are ignored, read-only ones are
//! refused where a path names them; names of attributes and operators are read whatever their case. Limits: no bulk, no
//! sorting, no nested groups, no extensions of the schemas.

pub(crate) mod error;
pub(crate) mod filter;
pub(crate) mod group;
pub(crate) mod list;
pub(crate) mod patch;
pub(crate) mod path;
pub(crate) mod resource;
pub(crate) mod schema;
pub(crate) mod user;

/// Where it is.
pub(crate) const ROOT: &str = "/scim/v2";
/// The media type.
pub(crate) const MEDIA: &str = "application/scim+json";
