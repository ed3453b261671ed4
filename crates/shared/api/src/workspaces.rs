//! Workspaces, charters and invitations.

use cloister_model::{
    Description, Digest, Email, OrgName, Templates, Timestamp, WorkspaceId, WorkspaceKind, WorkspaceName,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Envelope;

/// `POST /workspaces`: a signed first charter.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWorkspaceRequest {
    /// Charter version 1, signed by an administrator it names.
    pub charter: Envelope,
    /// What it is for; not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Description>,
    /// The templates it offers to whoever writes a job; absent, all; not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub templates: Option<Templates>,
}

/// A workspace as its members see it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Workspace {
    /// The genesis digest.
    #[schema(value_type = String)]
    pub id: WorkspaceId,
    /// Its name.
    #[schema(value_type = String)]
    pub name: WorkspaceName,
    /// What it is for.
    #[schema(value_type = String)]
    pub description: Description,
    /// Analytics or agentic.
    #[schema(value_type = String)]
    pub kind: WorkspaceKind,
    /// `pending`, `active`, `rejected`, `archived`.
    pub state: String,
    /// Version in force (0 while pending).
    pub version: u64,
    /// Digest of the charter in force, or of version 1 while pending.
    #[schema(value_type = String)]
    pub charter: Digest,
    /// Digest of a later charter that waits for acceptances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub pending_charter: Option<Digest>,
    /// Members of the charter in force (of version 1 while pending).
    pub members: Vec<Member>,
    /// Members of the later charter that waits; empty while none does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending_members: Vec<Member>,
    /// Whose acceptance the charter that waits still needs; empty while none waits, or only for the broker.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub awaiting: Vec<Email>,
    /// Who proposed the charter that waits, version 1 or a later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub proposed_by: Option<Email>,
    /// The templates it offers to whoever writes a job.
    #[schema(value_type = Vec<String>)]
    pub templates: Templates,
    /// When it was made.
    #[schema(value_type = String)]
    pub created: Timestamp,
    /// What there is to say of its state: who is awaited, what waits for the broker, why no run can succeed here now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// A member and the invitation's answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The certificate listed.
    #[schema(value_type = String)]
    pub certificate: Digest,
    /// The address in it.
    #[schema(value_type = String)]
    pub email: Email,
    /// The organisation in it.
    #[schema(value_type = String)]
    pub organisation: OrgName,
    /// Whether it administers.
    pub administrator: bool,
    /// Whether it is suspended.
    pub suspended: bool,
    /// `pending`, `accepted`, `declined`, or `not_needed` where the charter comes into force without it.
    pub answer: String,
    /// When it was invited.
    #[schema(value_type = String)]
    pub invited: Timestamp,
    /// When it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub answered: Option<Timestamp>,
}

/// `PATCH /workspaces/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeWorkspaceRequest {
    /// The new description; absent, it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Description>,
    /// The templates it offers; absent, they stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub templates: Option<Templates>,
}

/// `POST /workspaces/{id}/proposals`: an organisation's admin proposes to those who decide.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeRequest {
    /// Whom to add.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, max_items = 100)]
    pub add: Vec<Email>,
    /// Whom to remove.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, max_items = 100)]
    pub remove: Vec<Email>,
}

/// A change of members that waits for an administrator of the charter. It binds nobody, and goes when another charter
/// comes into force.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// The proposal.
    pub id: Uuid,
    /// Who proposes.
    #[schema(value_type = String)]
    pub author: Email,
    /// Whom to add.
    #[schema(value_type = Vec<String>)]
    pub add: Vec<Email>,
    /// Whom to remove.
    #[schema(value_type = Vec<String>)]
    pub remove: Vec<Email>,
    /// When.
    #[schema(value_type = String)]
    pub created: Timestamp,
}

/// `POST /workspaces/{id}/resends`: reminds an invited member.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendRequest {
    /// Whom.
    #[schema(value_type = String)]
    pub email: Email,
}

/// `GET /workspaces/{id}/statements`: every statement that makes the workspace what it is, for the caller's own
/// verification: charters, acceptances, refusals, suspensions, archive, with the certificates of their signers and the
/// broker's acknowledgements.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceStatements {
    /// The statements, in the order they were stored.
    pub statements: Vec<Envelope>,
    /// Certificates of all signers and members.
    pub certificates: Vec<Envelope>,
    /// Acknowledgements.
    pub acknowledgements: Vec<Envelope>,
}
