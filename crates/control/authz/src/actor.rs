//! Who asks.

use std::collections::BTreeSet;

use cloister_model::{OrgId, Role, Roles, UserId};

use crate::actions::Power;

/// What the credential allows: a session everything, a token its scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Powers(pub BTreeSet<Power>);

impl Powers {
    /// Everything: a signed-in session.
    pub fn session() -> Self {
        Self(Power::ALL.into_iter().collect())
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody known.
    Anonymous,
    /// A user of an organisation.
    User {
        /// The user.
        id: UserId,
        /// Its organisation.
        org: OrgId,
        /// Its roles beyond member, as of this request.
        roles: Roles,
        /// Switched off: denied everything.
        disabled: bool,
        /// What its credential allows.
        powers: Powers,
    },
    /// A worker with the worker token.
    Worker,
    /// Whoever may run `cloister-server admin` on the host.
    HostOperator,
    /// An organisation's identity provider, by its SCIM token.
    Scim {
        /// Whose people it provisions.
        org: OrgId,
    },
}

impl Actor {
    /// The user, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::Anonymous | Self::Worker | Self::HostOperator | Self::Scim { .. } => None,
        }
    }

    /// The user's or provider's organisation, if it is one.
    pub fn org(&self) -> Option<OrgId> {
        match self {
            Self::User { org, .. } | Self::Scim { org } => Some(*org),
            Self::Anonymous | Self::Worker | Self::HostOperator => None,
        }
    }

    /// What the log calls the actor.
    pub fn log_name(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".into(),
            Self::User { id, .. } => id.to_string(),
            Self::Worker => "worker".into(),
            Self::HostOperator => "host operator".into(),
            Self::Scim { org } => format!("scim of {org}"),
        }
    }

    /// Whether the user has a role.
    pub fn has(&self, role: Role) -> bool {
        match self {
            Self::User { roles, .. } => roles.has(role),
            Self::Anonymous | Self::Worker | Self::HostOperator | Self::Scim { .. } => false,
        }
    }
}
