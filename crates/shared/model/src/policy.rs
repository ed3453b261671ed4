//! What a charter fixes: kind of workspace, approval and run policies, assurance.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Digest;

/// What a workspace is for; fixed for life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkspaceKind {
    /// Jobs on datasets.
    Analytics,
    /// Workflows on integrations.
    Agentic,
}

/// How much the evidence of a broker or worker proves. Ordered: `Simulated < Hardware`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// A development root signed the evidence: proves nothing about hardware.
    Simulated,
    /// A vendor's root signed the evidence.
    Hardware,
}

/// How a person was identified when the certificate was issued. Ordered: `Local < Sso`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityStrength {
    /// The server vouched for a local account.
    Local,
    /// The organisation's identity provider signed for the person's keys.
    Sso,
}

/// Named members of whom `threshold` must approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalGroup {
    /// The group's name, unique in its policy.
    pub name: String,
    /// How many must approve: 1 to the number of members.
    pub threshold: u32,
    /// Certificate digests of its members, each listed in the charter.
    pub members: BTreeSet<Digest>,
}

/// Who must approve a job. A signed spec is its author's approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "snake_case", deny_unknown_fields)]
pub enum ApprovalPolicy {
    /// Every member.
    AllMembers,
    /// Every group must reach its own threshold.
    Groups {
        /// The groups; never empty.
        groups: Vec<ApprovalGroup>,
    },
}

/// Who may run an accepted job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "snake_case", deny_unknown_fields)]
pub enum RunPolicy {
    /// Every member.
    AllMembers,
    /// The author of the spec.
    CreatorOnly,
    /// The members named.
    Named {
        /// Certificate digests; never empty.
        members: BTreeSet<Digest>,
    },
}
