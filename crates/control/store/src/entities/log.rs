//! Statements, the log, and what runs behind it.

use super::entity;

entity!(statements, "statements", {
    #[sea_orm(primary_key, auto_increment = false)] pub digest: String,
    pub kind: String,
    pub workspace: Option<String>,
    pub signer: String,
    pub envelope: String,
    pub stored: i64,
    pub state: String,
    pub on_ack: Option<String>,
    pub supporting: Option<String>,
    pub acknowledgement: Option<String>,
    pub problem: Option<String>,
    #[sea_orm(unique)] pub place: i64,
}, refers [], unique []);

entity!(outbox, "outbox", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: i64,
    pub at: i64,
    pub actor: String,
    pub org: Option<String>,
    pub workspace: Option<String>,
    pub action: String,
    pub target: Option<String>,
    pub outcome: String,
    pub refusing: Option<String>,
    pub statement: Option<String>,
    pub encoded: String,
}, refers [], unique []);

entity!(log_state, "log_state", {
    #[sea_orm(primary_key, auto_increment = false)] pub one: i64,
    pub size: i64,
    pub frontier: String,
    pub checkpoint: String,
}, refers [], unique []);

entity!(leases, "leases", {
    #[sea_orm(primary_key, auto_increment = false)] pub name: String,
    pub holder: String,
    pub until: i64,
    pub fence: i64,
}, refers [], unique []);

entity!(queue, "queue", {
    #[sea_orm(primary_key, auto_increment = false)] pub name: String,
    pub kind: String,
    pub payload: String,
    pub run_at: i64,
    pub attempts: i64,
    pub leased_until: i64,
    pub fence: i64,
    pub failed: i64,
    pub problem: Option<String>,
}, refers [], unique []);

entity!(stamps, "stamps", {
    #[sea_orm(primary_key, auto_increment = false)] pub name: String,
    pub value: i64,
}, refers [], unique []);

entity!(idempotency, "idempotency", {
    #[sea_orm(primary_key, auto_increment = false)] pub key: String,
    pub body: String,
    pub acted: i64,
    pub status: Option<i64>,
    pub answer: Option<String>,
    pub created: i64,
}, refers [], unique []);

entity!(webhooks, "webhooks", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub org: String,
    pub url: String,
    pub description: String,
    pub actions: String,
    pub state: String,
    pub problem: Option<String>,
    pub since: i64,
    pub secret: String,
    pub old_secret: Option<String>,
    pub old_until: Option<i64>,
    pub created: i64,
}, refers [
    org => organisations.id,
], unique []);

entity!(deliveries, "deliveries", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub webhook: String,
    pub entry: Option<i64>,
    pub action: String,
    pub body: String,
    pub state: String,
    pub attempts: i64,
    pub status: Option<i64>,
    pub problem: Option<String>,
    pub created: i64,
    pub finished: Option<i64>,
}, refers [
    webhook => webhooks.id,
], unique [
    (webhook, entry),
]);

entity!(positions, "positions", {
    #[sea_orm(primary_key, auto_increment = false)] pub name: String,
    pub position: i64,
}, refers [], unique []);

/// Each of them.
pub(super) const ALL: &[super::Of] = &[
    statements::shape,
    outbox::shape,
    log_state::shape,
    leases::shape,
    queue::shape,
    stamps::shape,
    idempotency::shape,
    webhooks::shape,
    deliveries::shape,
    positions::shape,
];
