//! Set-up, sign-in, users, tokens, certificates, the broker's identity.

use cloister_model::{
    Digest, Email, OrgId, OrgName, Roles, SessionId, Timestamp, UserId, WorkspaceId, WorkspaceName,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Envelope;

/// `POST /setup`: makes the first organisation and its admin, once, with the token of the printed link.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// The one-time token.
    pub token: String,
    /// Name of the first organisation.
    #[schema(value_type = String)]
    pub organisation: OrgName,
    /// The first admin.
    #[schema(value_type = String)]
    pub email: Email,
    /// At least 12 characters.
    pub password: String,
}

/// `POST /sessions`: signs in with a local account.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// The account.
    #[schema(value_type = String)]
    pub email: Email,
    /// Its password.
    pub password: String,
}

/// A new session; the token is shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    /// Send as `Authorization: Bearer <token>`.
    pub token: String,
    /// The session.
    #[schema(value_type = Uuid)]
    pub session: SessionId,
    /// Until when.
    #[schema(value_type = String)]
    pub expires: Timestamp,
    /// Who signed in.
    pub user: User,
}

/// A user, as organisation admins and the user see it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The user.
    #[schema(value_type = Uuid)]
    pub id: UserId,
    /// The organisation.
    #[schema(value_type = Uuid)]
    pub organisation: OrgId,
    /// Its name.
    #[schema(value_type = String)]
    pub organisation_name: OrgName,
    /// The address.
    #[schema(value_type = String)]
    pub email: Email,
    /// Roles beyond member.
    #[schema(value_type = Vec<String>)]
    pub roles: Roles,
    /// Whether signing in is switched off.
    pub disabled: bool,
    /// The live certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub certificate: Option<Digest>,
    /// When the user joined.
    #[schema(value_type = String)]
    pub joined: Timestamp,
    /// When the user last signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub last_sign_in: Option<Timestamp>,
    /// The invitation to the organisation, until somebody enters the account; only where an admin lists users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
    /// Workspaces the user is in or invited to that are pending or active; only where an admin lists users.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workspaces: Vec<InWorkspace>,
}

/// A one-time link that sets the password of an account that nobody has entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// When the link was made.
    #[schema(value_type = String)]
    pub sent: Timestamp,
    /// Until when it works; it may be past.
    #[schema(value_type = String)]
    pub expires: Timestamp,
}

/// A workspace that somebody is in or invited to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InWorkspace {
    /// The genesis digest.
    #[schema(value_type = String)]
    pub id: WorkspaceId,
    /// Its name.
    #[schema(value_type = String)]
    pub name: WorkspaceName,
    /// `pending` or `accepted`.
    pub answer: String,
    /// Whether one's own organisation made it, so that its admins may propose changes.
    pub own: bool,
}

/// `POST /users`: an organisation admin adds a local account. Answers with [`NewUser`].
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUserRequest {
    /// The address.
    #[schema(value_type = String)]
    pub email: Email,
}

/// A user with the one-time link that sets the password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewUser {
    /// The user.
    pub user: User,
    /// Token for `POST /passwords`.
    pub password_token: String,
}

/// `POST /users/{id}/invitations`: a fresh link, the one before is void.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewInvitation {
    /// Token for `POST /passwords`.
    pub password_token: String,
    /// When it was made, and until when it works.
    #[serde(flatten)]
    pub invitation: Invitation,
}

/// `POST /passwords`: sets a password with a one-time token.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPasswordRequest {
    /// The one-time token.
    pub token: String,
    /// At least 12 characters.
    pub password: String,
}

/// `PUT /users/{id}/roles`. The role organisation admin is granted on the host only.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRolesRequest {
    /// May create workspaces.
    pub workspace_admin: bool,
    /// May read audit logs.
    pub auditor: bool,
}

/// A live session.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// The session.
    #[schema(value_type = Uuid)]
    pub id: SessionId,
    /// When it began.
    #[schema(value_type = String)]
    pub created: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String)]
    pub last_used: Timestamp,
    /// Until when.
    #[schema(value_type = String)]
    pub expires: Timestamp,
    /// Whether it is the one asking.
    pub current: bool,
    /// How it began; absent in sessions that began before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<SessionMethod>,
}

/// How a session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionMethod {
    /// By making the first account.
    SetUp,
    /// By password.
    Password,
    /// By passkey.
    Passkey,
    /// By the organisation's identity provider.
    Provider,
    /// By another device, on which somebody was signed in.
    Device,
}

/// What a personal token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read everything its user may read.
    Read,
    /// Everything its user may do, except sign-in, tokens, sessions and roles.
    Write,
    /// Organisation administration: users and roles.
    Admin,
}

/// `POST /tokens`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTokenRequest {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it may do; not empty.
    pub scopes: Vec<Scope>,
    /// Days it lives: 1 to 366.
    pub expires_in_days: u32,
}

/// A personal API token without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// The token.
    pub id: Uuid,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The first characters, `clst_xxxxxxxx`.
    pub prefix: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    #[schema(value_type = String)]
    pub created: Timestamp,
    /// Until when.
    #[schema(value_type = String)]
    pub expires: Timestamp,
}

/// A new token; the secret is shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    /// Its description.
    pub token: Token,
    /// Send as `Authorization: Bearer <secret>`.
    pub secret: String,
}

/// `POST /certificates`: a certificate request for the caller's keys. For a local account the server vouches.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateRequestBody {
    /// The signed request.
    pub request: Envelope,
    /// Recovery statements, when the old key is lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recoveries: Vec<Envelope>,
}

/// A certificate as anyone signed in can look up by exact e-mail.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CertificateInfo {
    /// Its digest.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// The broker's signed statement.
    pub certificate: Envelope,
    /// When it was revoked or replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub ended: Option<Timestamp>,
}

/// `GET /me`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The caller.
    pub user: User,
    /// The live certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateInfo>,
    /// The deployment's log: name in its checkpoints.
    pub log_origin: String,
    /// The deployment's log: Ed25519 public key.
    #[schema(value_type = String)]
    pub log_key: Digest,
    /// Words about where the server runs: `["simulated"]` when every worker is simulated.
    pub notices: Vec<String>,
}

/// Recovery statement in progress: `POST /certificates/recoveries` {statement}.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementBody {
    /// The signed statement.
    pub statement: Envelope,
}
