//! From the release before: its tables, with rows in each of them, come up to this release with every value, and the
//! store reads them. On both databases.
//!
//! The release before had the first [`BEFORE`] migrations. Its rows are written as it wrote them, by statements that
//! know nothing of later columns.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_audit::{Entry, Outcome};
use cloister_model::{Digest, Timestamp};
use cloister_testkit::Postgres;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement, Value};
use sea_orm_migration::MigratorTrait as _;

use super::schema::{self, Schema};
use crate::{
    Query as _, Reader, Store, copy, datasets, jobs, log, people, runs, statements, workers, workspaces,
};

/// Migrations of the release before.
const BEFORE: u32 = 4;

const ORG: &str = "0190a000-0000-7000-8000-000000000001";
const USER: &str = "0190a000-0000-7000-8000-000000000002";
const OTHER: &str = "0190a000-0000-7000-8000-000000000003";
const DATASET: &str = "0190a000-0000-7000-8000-000000000004";
const JOB: &str = "0190a000-0000-7000-8000-000000000005";
const RUN: &str = "0190a000-0000-7000-8000-000000000006";
const NOW: i64 = 1_790_000_000_000_000;

/// A digest of one byte, as text.
fn digest(byte: u8) -> String {
    Digest([byte; 32]).to_string()
}

/// A value of a fixture.
fn text(value: &str) -> Value {
    Value::String(Some(value.into()))
}

fn number(value: i64) -> Value {
    Value::BigInt(Some(value))
}

type Fixture = (&'static str, Vec<(&'static str, Value)>);

fn people_before() -> Vec<Fixture> {
    let user = |id: &str, email: &str| {
        vec![
            ("id", text(id)),
            ("org", text(ORG)),
            ("email", text(email)),
            ("roles", text("[\"auditor\"]")),
            ("disabled", number(0)),
            ("password", text("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA")),
            ("salt", text("00112233445566778899aabbccddeeff")),
            ("joined", number(NOW)),
            ("last_sign_in", number(NOW + 1)),
        ]
    };
    let session = vec![
        ("id", text(OTHER)),
        ("owner", text(USER)),
        ("hash", text(&digest(20))),
        ("created", number(NOW)),
        ("last_used", number(NOW + 2)),
        ("expires", number(NOW + 1000)),
    ];
    let token = vec![
        ("id", text(JOB)),
        ("owner", text(USER)),
        ("label", text("ci")),
        ("prefix", text("clst_abcd")),
        ("hash", text(&digest(21))),
        ("scopes", text("read,write")),
        ("created", number(NOW)),
        ("expires", number(NOW + 1000)),
    ];
    let one_time = vec![
        ("hash", text(&digest(22))),
        ("purpose", text("password")),
        ("owner", text(OTHER)),
        ("expires", number(NOW + 1000)),
    ];
    let certificate = vec![
        ("digest", text(&digest(1))),
        ("owner", text(USER)),
        ("email", text("ana@north.example")),
        ("envelope", text("{}")),
        ("request", text("{}")),
        ("created", number(NOW)),
        ("not_after", number(NOW + 1000)),
        ("ended", Value::BigInt(None)),
    ];
    vec![
        ("organisations", vec![("id", text(ORG)), ("name", text("North")), ("created", number(NOW))]),
        ("users", user(USER, "ana@north.example")),
        ("users", user(OTHER, "ben@north.example")),
        ("sessions", session),
        ("tokens", token),
        ("one_time", one_time),
        ("sign_in_failures", vec![("who", text("x")), ("failures", number(3)), ("since", number(NOW))]),
        ("certificates", certificate),
    ]
}

fn statement(byte: u8, kind: &str, workspace: Option<&str>, place: i64) -> Fixture {
    let acknowledged = kind == "charter";
    let row = vec![
        ("digest", text(&digest(byte))),
        ("kind", text(kind)),
        ("workspace", Value::String(workspace.map(Into::into))),
        ("signer", text(&digest(1))),
        ("envelope", text("{\"payload\":\"ö\"}")),
        ("stored", number(NOW)),
        ("state", text(if acknowledged { "acknowledged" } else { "stored" })),
        ("on_ack", Value::String(acknowledged.then(|| "work".into()))),
        ("supporting", Value::String(acknowledged.then(|| "[]".into()))),
        ("acknowledgement", Value::String(acknowledged.then(|| "{}".into()))),
        ("problem", Value::String(None)),
        ("place", number(place)),
    ];
    ("statements", row)
}

fn log_before() -> Vec<Fixture> {
    let mut entry = Entry::new(NOW, "user:x", "workspace.create", Outcome::Done);
    entry.index = Some(0);
    let outbox = vec![
        ("id", number(1)),
        ("at", number(NOW)),
        ("actor", text("user:x")),
        ("org", text(ORG)),
        ("workspace", text(&digest(2))),
        ("action", text("workspace.create")),
        ("target", text(&digest(2))),
        ("outcome", text("done")),
        ("refusing", Value::String(None)),
        ("statement", text(&digest(2))),
        ("encoded", text(&STANDARD.encode(entry.encode().unwrap()))),
    ];
    let state = vec![
        ("one", number(1)),
        ("size", number(1)),
        ("frontier", text("{}")),
        ("checkpoint", text("a note\n")),
    ];
    let lease = vec![
        ("name", text("sequencer")),
        ("holder", text("gone")),
        ("until", number(NOW)),
        ("fence", number(7)),
    ];
    let queue = vec![
        ("name", text("pipe_statement/x")),
        ("kind", text("pipe_statement")),
        ("payload", text("{\"statement\":\"x\"}")),
        ("run_at", number(NOW)),
        ("attempts", number(2)),
        ("leased_until", number(0)),
        ("fence", number(2)),
        ("failed", number(0)),
        ("problem", text("the broker was away")),
    ];
    vec![
        statement(2, "charter", Some(&digest(2)), 1),
        statement(3, "manifest", None, 2),
        statement(4, "grant", Some(&digest(2)), 3),
        statement(5, "spec", Some(&digest(2)), 4),
        statement(6, "run_request", Some(&digest(2)), 5),
        ("outbox", outbox),
        ("log_state", state),
        ("leases", lease),
        ("queue", queue),
        ("stamps", vec![("name", text(&digest(2))), ("value", number(9))]),
    ]
}

fn work_before() -> Vec<Fixture> {
    let id = digest(2);
    let workspace = vec![
        ("id", text(&id)),
        ("name", text("Study")),
        ("description", text("What it is for.")),
        ("kind", text("analytics")),
        ("state", text("active")),
        ("version", number(1)),
        ("charter", text(&id)),
        ("pending", Value::String(None)),
        ("creator", text(USER)),
        ("org", text(ORG)),
        ("created", number(NOW)),
    ];
    let invitation = vec![
        ("workspace", text(&id)),
        ("charter", text(&id)),
        ("certificate", text(&digest(1))),
        ("member", text(USER)),
        ("administrator", number(1)),
        ("answer", text("accepted")),
        ("suspended", number(0)),
        ("invited", number(NOW)),
        ("answered", number(NOW + 1)),
    ];
    let upload = vec![
        ("id", text(RUN)),
        ("owner", text(USER)),
        ("dataset", text(DATASET)),
        ("version", number(1)),
        ("name", text("part-00000.parquet")),
        ("received", number(10)),
        ("sha256", text(&digest(9))),
        ("created", number(NOW)),
    ];
    let dataset = vec![
        ("id", text(DATASET)),
        ("owner", text(USER)),
        ("name", text("charges")),
        ("manifest", text(&digest(3))),
        ("sequence", number(1)),
        ("state", text("ready")),
        ("created", number(NOW)),
    ];
    let manifest = vec![
        ("digest", text(&digest(3))),
        ("dataset", text(DATASET)),
        ("sequence", number(1)),
        ("owner_key", text("age")),
    ];
    let share = vec![
        ("grant_digest", text(&digest(4))),
        ("dataset", text(DATASET)),
        ("workspace", text(&id)),
        ("manifest", text(&digest(3))),
        ("sql_name", text("charges")),
        ("sealed_key", text("{}")),
        ("state", text("live")),
        ("created", number(NOW)),
    ];
    let job = vec![
        ("id", text(JOB)),
        ("workspace", text(&id)),
        ("name", text("Count")),
        ("creator", text(USER)),
        ("draft", text("{}")),
        ("state", text("accepted")),
        ("spec", text(&digest(5))),
        ("created", number(NOW)),
        ("deleted", Value::BigInt(None)),
    ];
    vec![
        ("workspaces", workspace),
        ("invitations", invitation),
        ("uploads", upload),
        ("datasets", dataset),
        ("manifests", manifest),
        ("shares", share),
        ("jobs", job),
    ]
}

fn runs_before() -> Vec<Fixture> {
    let run = vec![
        ("id", text(RUN)),
        ("workspace", text(&digest(2))),
        ("job", text(JOB)),
        ("kind", text("real")),
        ("state", text("succeeded")),
        ("runner", text(USER)),
        ("spec", text(&digest(5))),
        ("request", text(&digest(6))),
        ("place", number(1)),
        ("fence", number(3)),
        ("leased_until", number(0)),
        ("losses", number(1)),
        ("cancel", number(0)),
        ("stage", Value::String(None)),
        ("share", Value::Double(Some(0.625))),
        ("code", Value::String(None)),
        ("refusing", Value::String(None)),
        ("outputs", text("[]")),
        ("receipt", text("{}")),
        ("finish", text("{}")),
        ("broker_evidence", text("{}")),
        ("created", number(NOW)),
        ("started", number(NOW + 1)),
        ("finished", number(NOW + 2)),
    ];
    let release = vec![
        ("run", text(RUN)),
        ("digest", text(&digest(7))),
        ("record", text("{}")),
        ("challenge", text("{}")),
        ("transcript", text("AA==")),
        ("evidence", text("AA==")),
        ("entry", number(1)),
    ];
    let output = vec![
        ("run", text(RUN)),
        ("name", text("result")),
        ("fence", number(3)),
        ("size", number(6)),
        ("sha256", text(&digest(8))),
    ];
    let worker = vec![
        ("name", text("worker-1")),
        ("assurance", text("simulated")),
        ("measurement", text("00ff")),
        ("first_seen", number(NOW)),
        ("last_seen", number(NOW + 5)),
    ];
    vec![("runs", run), ("releases", release), ("run_outputs", output), ("workers", worker)]
}

fn before() -> Vec<Fixture> {
    [people_before(), log_before(), work_before(), runs_before()].concat()
}

async fn fill(connection: &DatabaseConnection) {
    for (table, row) in before() {
        let names = row.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let marks = crate::tx::places(row.len());
        let sql = format!("INSERT INTO {table} ({names}) VALUES ({marks})");
        let values = row.into_iter().map(|(_, value)| value);
        let insert = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        connection.execute_raw(insert).await.unwrap_or_else(|e| panic!("{table}: {e}"));
    }
}

/// The tables and columns that the fixtures fill.
fn filled() -> BTreeMap<String, BTreeSet<String>> {
    let mut filled: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, row) in before() {
        filled.entry(table.into()).or_default().extend(row.into_iter().map(|(name, _)| name.to_owned()));
    }
    filled
}

/// Every value that the release before wrote is there.
async fn kept(reader: &Reader) {
    for (table, row) in before() {
        let set = row.iter().filter(|(_, value)| *value != value.as_null());
        let (names, values): (Vec<_>, Vec<_>) = set.cloned().unzip();
        let same: Vec<String> =
            names.iter().enumerate().map(|(n, name)| format!("{name} = ${}", n + 1)).collect();
        let absent = row.iter().filter(|(_, value)| *value == value.as_null());
        let absent = absent.map(|(name, _)| format!("{name} IS NULL"));
        let wanted = same.into_iter().chain(absent).collect::<Vec<_>>().join(" AND ");
        let found =
            reader.all(&format!("SELECT 1 AS one FROM {table} WHERE {wanted}"), values).await.unwrap();
        assert_eq!(found.len(), 1, "`{table}` lost a value: {wanted}");
    }
}

/// And the store of this release reads it.
async fn read(db: &Reader) {
    let (workspace, at) = (Digest([2; 32]), Timestamp::from_micros(NOW));
    let (_, user) = people::credentials::live_session(db, &digest(20), at).await.unwrap().unwrap();
    assert_eq!((user.email.as_str(), user.org_name.as_str()), ("ana@north.example", "North"));
    assert!(people::credentials::live_token(db, &digest(21), at).await.unwrap().is_some());
    // What a later column says of rows that are older than it.
    let sign_in = people::sso::local_sign_in(db, user.org).await.unwrap();
    assert_eq!(sign_in, people::sso::LocalSignIn::All);
    assert_eq!(
        people::certificates::live_of(db, user.id, at).await.unwrap().unwrap().digest,
        Digest([1; 32])
    );
    assert_eq!(statements::of_workspace(db, workspace).await.unwrap().len(), 4);
    assert_eq!(statements::stamp(db, workspace).await.unwrap(), 9);
    assert_eq!(db.find_entries(&log::Filter::default(), 9).await.unwrap().len(), 1);
    assert_eq!(db.log_state().await.unwrap().unwrap().size, 1);
    let row = workspaces::by_id(db, workspace).await.unwrap().unwrap();
    assert!(workspaces::invited_by(db, row.charter).await.unwrap()[0].administrator);
    let dataset = datasets::by_id(db, DATASET.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(datasets::uploads_of(db, dataset.id).await.unwrap()[0].received, 10);
    assert_eq!(datasets::manifests_of(db, dataset.id).await.unwrap(), [Digest([3; 32])]);
    assert_eq!(datasets::shares_to(db, workspace).await.unwrap()[0].state, "live");
    assert!(jobs::by_id(db, JOB.parse().unwrap()).await.unwrap().unwrap().deleted.is_none());
    let run = runs::by_id(db, RUN.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((run.share, run.fence), (Some(0.625), 3));
    assert_eq!(runs::used(db, Digest([5; 32])).await.unwrap(), 1);
    assert_eq!(runs::releases(db, run.id).await.unwrap()[0].entry, 1);
    assert_eq!(runs::outputs(db, run.id).await.unwrap()[0].size, 6);
    assert_eq!(workers::list(db, "", 9).await.unwrap().len(), 1);
}

/// Up from the release before; then with every row into an empty database and back.
async fn upgraded(url: &str, elsewhere: &str) {
    let old = Database::connect(url).await.unwrap();
    super::super::Migrator::up(&old, Some(BEFORE)).await.unwrap();
    let was = Schema::read(&Reader(old.clone())).await;
    let columns = was
        .tables
        .iter()
        .map(|(name, shape)| (name.clone(), shape.columns.keys().cloned().collect::<BTreeSet<String>>()));
    schema::same("fixture", &filled(), "release before", &columns.collect());
    fill(&old).await;
    old.close().await.unwrap();
    let store = Store::open(url).await.unwrap();
    kept(&store.read()).await;
    read(&store.read()).await;
    let target = Store::open(elsewhere).await.unwrap();
    let copied = copy::copy(&store, &target).await.unwrap();
    let there: BTreeSet<&str> = copied.iter().map(|one| one.table).collect();
    let tables = Schema::of(&store).await.tables;
    assert_eq!(there, tables.keys().map(String::as_str).collect(), "a table is not copied");
    for one in copied.iter().filter(|one| was.tables.contains_key(one.table)) {
        assert_eq!(one.rows, before().iter().filter(|(table, _)| *table == one.table).count() as u64);
    }
    kept(&target.read()).await;
    read(&target.read()).await;
}

fn file(folder: &tempfile::TempDir, name: &str) -> String {
    format!("sqlite://{}?mode=rwc", folder.path().join(name).display())
}

#[tokio::test]
async fn rows_of_the_release_before_are_read_after_the_upgrade_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    Box::pin(upgraded(&file(&folder, "a.db"), &file(&folder, "b.db"))).await;
}

#[tokio::test]
async fn rows_of_the_release_before_are_read_after_the_upgrade_on_postgresql() {
    let (folder, cluster) = (tempfile::tempdir().unwrap(), Postgres::start());
    Box::pin(upgraded(&cluster.url(), &file(&folder, "b.db"))).await;
}
