//! Workspaces and what is in them.

use super::entity;

entity!(workspaces, "workspaces", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub name: String,
    pub description: String,
    pub kind: String,
    pub state: String,
    pub version: i64,
    pub charter: String,
    pub pending: Option<String>,
    pub creator: String,
    pub org: String,
    pub created: i64,
    pub templates: Option<String>,
}, refers [
    charter => statements.digest,
    creator => users.id,
    org => organisations.id,
    pending => statements.digest,
], unique []);

entity!(proposals, "proposals", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub workspace: String,
    pub author: String,
    pub charter: String,
    pub adds: String,
    pub removes: String,
    pub created: i64,
}, refers [
    author => users.id,
    workspace => workspaces.id,
], unique []);

entity!(invitations, "invitations", {
    pub workspace: String,
    #[sea_orm(primary_key, auto_increment = false)] pub charter: String,
    #[sea_orm(primary_key, auto_increment = false)] pub certificate: String,
    pub member: String,
    pub administrator: i64,
    pub answer: String,
    pub suspended: i64,
    pub invited: i64,
    pub answered: Option<i64>,
}, refers [
    certificate => certificates.digest,
    charter => statements.digest,
    member => users.id,
    workspace => workspaces.id,
], unique []);

entity!(uploads, "uploads", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub owner: String,
    pub dataset: String,
    pub version: i64,
    pub name: String,
    pub received: i64,
    pub sha256: Option<String>,
    pub created: i64,
}, refers [
    owner => users.id,
], unique [
    (dataset, version, name),
]);

entity!(datasets, "datasets", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub owner: String,
    pub name: String,
    pub manifest: String,
    pub sequence: i64,
    pub state: String,
    pub created: i64,
}, refers [
    manifest => statements.digest,
    owner => users.id,
], unique []);

entity!(manifests, "manifests", {
    #[sea_orm(primary_key, auto_increment = false)] pub digest: String,
    pub dataset: String,
    pub sequence: i64,
    pub owner_key: String,
}, refers [
    dataset => datasets.id,
    digest => statements.digest,
], unique [
    (dataset, sequence),
]);

entity!(shares, "shares", {
    #[sea_orm(primary_key, auto_increment = false)] pub grant_digest: String,
    pub dataset: String,
    pub workspace: String,
    pub manifest: String,
    pub sql_name: String,
    pub sealed_key: String,
    pub state: String,
    pub created: i64,
}, refers [
    dataset => datasets.id,
    grant_digest => statements.digest,
    workspace => workspaces.id,
], unique []);

entity!(jobs, "jobs", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub workspace: String,
    pub name: String,
    pub creator: String,
    pub draft: String,
    pub state: String,
    pub spec: Option<String>,
    pub created: i64,
    pub deleted: Option<i64>,
}, refers [
    creator => users.id,
    spec => statements.digest,
    workspace => workspaces.id,
], unique [
    (workspace, name),
]);

entity!(job_specs, "job_specs", {
    #[sea_orm(primary_key, auto_increment = false)] pub spec: String,
    pub job: String,
    pub submitted: i64,
    pub accepted: i64,
}, refers [
    job => jobs.id,
    spec => statements.digest,
], unique []);

entity!(runs, "runs", {
    #[sea_orm(primary_key, auto_increment = false)] pub id: String,
    pub workspace: String,
    pub job: String,
    pub kind: String,
    pub state: String,
    pub runner: String,
    pub spec: String,
    pub request: Option<String>,
    #[sea_orm(unique)] pub place: i64,
    pub fence: i64,
    pub leased_until: i64,
    pub losses: i64,
    pub cancel: i64,
    pub stage: Option<String>,
    pub share: Option<f64>,
    pub code: Option<String>,
    pub refusing: Option<String>,
    pub outputs: String,
    pub receipt: Option<String>,
    pub finish: Option<String>,
    pub broker_evidence: Option<String>,
    pub created: i64,
    pub started: Option<i64>,
    pub finished: Option<i64>,
}, refers [
    job => jobs.id,
    request => statements.digest,
    runner => users.id,
    spec => statements.digest,
    workspace => workspaces.id,
], unique []);

entity!(releases, "releases", {
    #[sea_orm(primary_key, auto_increment = false)] pub run: String,
    #[sea_orm(primary_key, auto_increment = false)] pub digest: String,
    pub record: String,
    pub challenge: String,
    pub transcript: String,
    pub evidence: String,
    pub entry: i64,
}, refers [
    run => runs.id,
], unique []);

entity!(run_outputs, "run_outputs", {
    #[sea_orm(primary_key, auto_increment = false)] pub run: String,
    #[sea_orm(primary_key, auto_increment = false)] pub name: String,
    pub fence: i64,
    pub size: i64,
    pub sha256: String,
}, refers [
    run => runs.id,
], unique []);

entity!(workers, "workers", {
    #[sea_orm(primary_key, auto_increment = false)] pub name: String,
    pub assurance: String,
    pub measurement: Option<String>,
    pub first_seen: i64,
    pub last_seen: i64,
}, refers [], unique []);

/// Each of them.
pub(super) const ALL: &[super::Of] = &[
    workspaces::shape,
    invitations::shape,
    proposals::shape,
    uploads::shape,
    datasets::shape,
    manifests::shape,
    shares::shape,
    job_specs::shape,
    jobs::shape,
    runs::shape,
    releases::shape,
    run_outputs::shape,
    workers::shape,
];
