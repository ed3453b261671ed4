//! The committed permission matrix: what each kind of caller meets at each endpoint. The server's tests walk it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The matrix's text, as committed.
pub const TEXT: &str = include_str!("../matrix.toml");

/// Kinds of callers, in the order of the columns.
pub const CALLERS: [&str; 10] = [
    "anonymous",
    "member",
    "workspace_admin",
    "org_admin",
    "auditor",
    "other_member",
    "other_workspace_admin",
    "other_org_admin",
    "other_auditor",
    "disabled",
];

/// What a caller meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meets {
    /// Let through: any answer but 401, 403 and 404.
    Allow,
    /// 401.
    Unauthenticated,
    /// 403.
    Refused,
    /// 404: the thing is unknown to the caller.
    Unknown,
}

/// The matrix: `METHOD /path` to one word a caller, in the order of [`CALLERS`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// Rows.
    pub endpoints: BTreeMap<String, [Meets; CALLERS.len()]>,
}
