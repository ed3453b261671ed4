//! How an organisation's people sign in.

use std::collections::{BTreeMap, BTreeSet};

use cloister_model::{Role, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `PUT /sign-in/providers`: adds the organisation's provider of this issuer, or changes it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderRequest {
    /// What its button says, 1 to 50 characters.
    pub name: String,
    /// The issuer's URL, exactly as its discovery document has it.
    pub issuer: String,
    /// The client id registered there.
    pub client_id: String,
    /// The client's secret; absent keeps the one that is there. Never shown again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// Domains of e-mail addresses it may vouch for, in lower case; 1 to 200.
    pub domains: BTreeSet<String>,
    /// The claim that lists groups; `groups` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups_claim: Option<String>,
    /// Which group gives which role: `workspace_admin` or `auditor`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub roles: BTreeMap<String, Role>,
}

/// A provider, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Provider {
    /// Its id.
    pub id: Uuid,
    /// What its button says.
    pub name: String,
    /// The issuer's URL.
    pub issuer: String,
    /// The client id registered there.
    pub client_id: String,
    /// Whether a secret is kept.
    pub has_secret: bool,
    /// Domains of e-mail addresses it may vouch for.
    pub domains: BTreeSet<String>,
    /// The claim that lists groups.
    pub groups_claim: String,
    /// Which group gives which role.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub roles: BTreeMap<String, Role>,
    /// `api`, or `file` where the operator set it.
    pub source: String,
    /// What to register at the provider as redirect URL.
    pub redirect_url: String,
    /// What to register there for back-channel logout.
    pub logout_url: String,
    /// Since when.
    #[schema(value_type = String)]
    pub created: Timestamp,
}

/// Who may sign in with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LocalSignIn {
    /// Everybody who has one.
    All,
    /// Organisation admins only, for when the provider is broken.
    BreakGlass,
}

/// `GET /sign-in`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignInSettings {
    /// Who may sign in with a password.
    pub local: LocalSignIn,
    /// The organisation's providers.
    pub providers: Vec<Provider>,
}

/// `PUT /sign-in/local`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalSignInRequest {
    /// Who may sign in with a password.
    pub local: LocalSignIn,
}

/// A provider on the sign-in page.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProviderName {
    /// Its id.
    pub id: Uuid,
    /// What its button says.
    pub name: String,
    /// Where a browser begins.
    pub start: String,
}

/// `POST /sign-in/scim`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScimTokenRequest {
    /// The provider that shall push people and groups.
    pub provider: Uuid,
    /// How long the token before is good too, 0 to 168 hours; 0 when absent.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 168)]
    pub keep_old_for_hours: u32,
}

/// A token by which a provider pushes people and groups, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ScimToken {
    /// Its id.
    pub id: Uuid,
    /// The provider.
    pub provider: Uuid,
    /// The first characters, `clscim_xxxxxxxx`.
    pub prefix: String,
    /// Since when.
    #[schema(value_type = String)]
    pub created: Timestamp,
    /// When it was last used, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub last_used: Option<Timestamp>,
    /// When it ends, once it was replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub expires: Option<Timestamp>,
}

/// A new SCIM token; the secret is shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewScimToken {
    /// Its description.
    pub token: ScimToken,
    /// What the provider sends as `Authorization: Bearer <secret>`.
    pub secret: String,
    /// The provider's "tenant URL" or "base URL".
    pub base_url: String,
}
