//! Roles within an organisation. Everyone is at least a member.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What a user may be beyond a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Manages users, roles and workspaces of the organisation; reads its audit log.
    OrganizationAdmin,
    /// Creates workspaces.
    WorkspaceAdmin,
    /// Reads Trust pages and audit logs, nothing else.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::OrganizationAdmin, Self::WorkspaceAdmin, Self::Auditor];

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::OrganizationAdmin => "organization admin",
            Self::WorkspaceAdmin => "workspace admin",
            Self::Auditor => "auditor",
        }
    }
}

/// The roles a user has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(pub BTreeSet<Role>);

impl Roles {
    /// Whether `role` is among them.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }
}
