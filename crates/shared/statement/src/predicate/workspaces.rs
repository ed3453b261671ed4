//! Charters and what members say to them.

use std::collections::BTreeSet;

use cloister_model::{
    ApprovalPolicy, Assurance, Digest, IdentityStrength, RunPolicy, WorkspaceKind, WorkspaceName,
};
use serde::{Deserialize, Serialize};

use super::PublicKey;

/// The broker a workspace trusts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerIdentity {
    /// Its Ed25519 key.
    pub signing_key: PublicKey,
    /// Its HPKE key (X25519), 32 bytes.
    pub sealing_key: PublicKey,
    /// Its launch measurement (SHA-384), 96 hexadecimal digits.
    pub measurement: String,
    /// SHA-256 of its configuration's exact bytes.
    pub configuration: Digest,
}

/// What the members of a workspace agree on. The signature is its signer's acceptance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// 1, 2, 3, ...
    pub version: u64,
    /// The digest of the version before; absent in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
    /// 32 random hexadecimal digits, so that two alike charters are two workspaces.
    pub nonce: String,
    /// The workspace's name; the same in every version.
    pub name: WorkspaceName,
    /// What it is for; the same in every version.
    pub kind: WorkspaceKind,
    /// The least assurance of brokers and workers; the same in every version.
    pub floor: Assurance,
    /// The broker trusted.
    pub broker: BrokerIdentity,
    /// The least identity strength of a member.
    pub minimum_identity: IdentityStrength,
    /// Whether certificates enrolled through the console count.
    pub console_allowed: bool,
    /// Members, by certificate digest; never empty.
    pub members: BTreeSet<Digest>,
    /// Administrators; members all; never empty.
    pub administrators: BTreeSet<Digest>,
    /// Who must approve a job.
    pub approval: ApprovalPolicy,
    /// Who may run it.
    pub run: RunPolicy,
    /// Who may recover a lost certificate of a member; members all; empty, or at least two.
    pub recoverers: BTreeSet<Digest>,
}

/// A listed member agrees to a charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The charter.
    pub charter: Digest,
}

/// A listed member refuses a charter, which voids it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The charter.
    pub charter: Digest,
}

/// An administrator suspends a member: its signatures stop counting, approvals required of it stay required.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspension {
    /// The member, by certificate digest.
    pub member: Digest,
    /// The charter in force.
    pub charter: Digest,
}

/// An administrator ends the workspace for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// The charter in force.
    pub charter: Digest,
}
