//! Accounts, how they sign in, what they are told.

use super::entity;

entity!(organisations, "organisations", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    #[sea_orm(unique)] pub name: String,
    pub created: i64,
    pub local_sign_in: String,
}, refers [], unique []);

entity!(users, "users", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub org: String,
    #[sea_orm(unique)] pub email: String,
    pub roles: String,
    pub disabled: i64,
    pub password: Option<String>,
    pub salt: String,
    pub joined: i64,
    pub last_sign_in: Option<i64>,
}, refers [
    org => organisations.id,
], unique []);

entity!(sessions, "sessions", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub owner: String,
    #[sea_orm(unique)] pub hash: String,
    pub created: i64,
    pub last_used: i64,
    pub expires: i64,
    pub provider: Option<String>,
    pub provider_session: Option<String>,
    pub method: Option<String>,
    pub passkey: Option<String>,
}, refers [
    owner => users.id,
], unique []);

entity!(tokens, "tokens", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub owner: String,
    pub label: Option<String>,
    pub prefix: String,
    #[sea_orm(unique)] pub hash: String,
    pub scopes: String,
    pub created: i64,
    pub expires: i64,
}, refers [
    owner => users.id,
], unique []);

entity!(one_time, "one_time", {
    #[sea_orm(primary_key, auto_increment = false)] pub hash: String,
    pub purpose: String,
    pub owner: Option<String>,
    pub expires: i64,
}, refers [
    owner => users.id,
], unique []);

entity!(sign_in_failures, "sign_in_failures", {
    #[sea_orm(primary_key, auto_increment = false)] pub who: String,
    pub failures: i64,
    pub since: i64,
}, refers [], unique []);

entity!(certificates, "certificates", {
    #[sea_orm(primary_key, auto_increment = false)] pub digest: String,
    pub owner: String,
    pub email: String,
    pub envelope: String,
    pub request: String,
    pub created: i64,
    pub not_after: i64,
    pub ended: Option<i64>,
}, refers [
    owner => users.id,
], unique []);

entity!(providers, "providers", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub org: String,
    pub name: String,
    pub issuer: String,
    pub client: String,
    pub secret: Option<String>,
    pub domains: String,
    pub groups_claim: String,
    pub rules: String,
    pub source: String,
    pub created: i64,
}, refers [
    org => organisations.id,
], unique [
    (org, issuer),
]);

entity!(domains, "domains", {
    #[sea_orm(primary_key, auto_increment = false)] pub domain: String,
    pub provider: String,
}, refers [
    provider => providers.id,
], unique []);

entity!(identities, "identities", {
    #[sea_orm(primary_key, auto_increment = false)] pub issuer: String,
    #[sea_orm(primary_key, auto_increment = false)] pub subject: String,
    pub owner: String,
    pub created: i64,
}, refers [
    owner => users.id,
], unique []);

entity!(sign_ins, "sign_ins", {
    #[sea_orm(primary_key, auto_increment = false)] pub state: String,
    pub browser: String,
    pub provider: String,
    pub nonce: String,
    pub verifier: String,
    pub back: String,
    pub expires: i64,
}, refers [
    provider => providers.id,
], unique []);

entity!(device_grants, "device_grants", {
    #[sea_orm(primary_key, auto_increment = false)] pub device: String,
    #[sea_orm(unique)] pub code: String,
    pub state: String,
    pub owner: Option<String>,
    pub polled: i64,
    pub expires: i64,
}, refers [
    owner => users.id,
], unique []);

entity!(logouts, "logouts", {
    #[sea_orm(primary_key, auto_increment = false)] pub token: String,
    pub expires: i64,
}, refers [], unique []);

entity!(passkeys, "passkeys", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub owner: String,
    #[sea_orm(unique)] pub credential: String,
    pub name: String,
    pub passkey: String,
    pub created: i64,
    pub last_used: Option<i64>,
}, refers [
    owner => users.id,
], unique []);

entity!(passkey_ceremonies, "passkey_ceremonies", {
    #[sea_orm(primary_key, auto_increment = false)] pub ceremony: String,
    pub kind: String,
    pub owner: Option<String>,
    pub state: String,
    pub expires: i64,
}, refers [
    owner => users.id,
], unique []);

entity!(notices, "notices", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    #[sea_orm(unique)] pub place: i64,
    pub owner: String,
    pub kind: String,
    pub actor: Option<String>,
    pub workspace: Option<String>,
    pub target: Option<String>,
    pub name: String,
    pub outcome: Option<String>,
    pub created: i64,
    pub read: Option<i64>,
}, refers [
    actor => users.id,
    owner => users.id,
    workspace => workspaces.id,
], unique []);

entity!(notice_settings, "notice_settings", {
    #[sea_orm(primary_key, auto_increment = false)] pub owner: String,
    pub muted: String,
}, refers [
    owner => users.id,
], unique []);

entity!(scim_tokens, "scim_tokens", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub provider: String,
    pub prefix: String,
    #[sea_orm(unique)] pub hash: String,
    pub created: i64,
    pub last_used: Option<i64>,
    pub expires: Option<i64>,
}, refers [
    provider => providers.id,
], unique []);

entity!(scim_users, "scim_users", {
    #[sea_orm(primary_key, auto_increment = false)] pub owner: String,
    pub provider: String,
    pub user_name: String,
    pub external_id: Option<String>,
    pub attributes: String,
    pub suspended: i64,
    pub created: i64,
    pub modified: i64,
    pub deleted: Option<i64>,
}, refers [
    owner => users.id,
    provider => providers.id,
], unique []);

entity!(scim_groups, "scim_groups", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub provider: String,
    pub name: String,
    pub external_id: Option<String>,
    pub created: i64,
    pub modified: i64,
}, refers [
    provider => providers.id,
], unique [
    (provider, name),
]);

entity!(scim_members, "scim_members", {
    #[sea_orm(primary_key, auto_increment = false)] pub place: String,
    #[sea_orm(primary_key, auto_increment = false)] pub owner: String,
}, refers [
    owner => scim_users.owner,
    place => scim_groups.id,
], unique []);

entity!(key_backups, "key_backups", {
    #[sea_orm(primary_key, auto_increment = false)] pub owner: String,
    #[sea_orm(primary_key, auto_increment = false)] pub key: String,
    pub file: String,
    pub stored: i64,
}, refers [
    owner => users.id,
], unique []);

/// Each of them.
pub(super) const ALL: &[super::Of] = &[
    organisations::shape,
    users::shape,
    sessions::shape,
    tokens::shape,
    one_time::shape,
    sign_in_failures::shape,
    certificates::shape,
    providers::shape,
    domains::shape,
    identities::shape,
    sign_ins::shape,
    device_grants::shape,
    logouts::shape,
    passkeys::shape,
    passkey_ceremonies::shape,
    notices::shape,
    notice_settings::shape,
    scim_tokens::shape,
    scim_users::shape,
    scim_groups::shape,
    scim_members::shape,
    key_backups::shape,
];
