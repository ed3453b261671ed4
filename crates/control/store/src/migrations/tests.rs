//! The migrated schemas of both databases, held to one another and to the entities; what the release before left is
//! read by this one.

mod schema;
mod upgrade;

use cloister_testkit::Postgres;
use schema::Schema;

use crate::{Store, entities};

async fn sqlite(folder: &tempfile::TempDir) -> Store {
    Store::open(&format!("sqlite://{}", folder.path().join("a.db").display())).await.unwrap()
}

#[tokio::test]
async fn the_entities_are_what_the_migrations_make_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let found = Schema::of(&sqlite(&folder).await).await;
    schema::same("entity", &entities::all(), "SQLite", &found.tables);
}

#[tokio::test]
async fn the_migrations_have_the_same_effect_on_sqlite_and_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = Postgres::start();
    let here = Schema::of(&sqlite(&folder).await).await;
    let there = Schema::of(&Store::open(&cluster.url()).await.unwrap()).await;
    schema::same("SQLite", &here.tables, "PostgreSQL", &there.tables);
    schema::same("entity", &entities::all(), "PostgreSQL", &there.tables);
    schema::same("SQLite", &here.checks, "PostgreSQL", &there.checks);
    schema::same("SQLite", &here.defaults, "PostgreSQL", &there.defaults);
    schema::same("SQLite", &here.indexes, "PostgreSQL", &there.indexes);
    // Nothing was compared by finding nothing.
    assert!(here.checks.len() > 15 && here.indexes.len() > 20 && here.defaults.len() > 5);
}

#[tokio::test]
async fn a_drift_of_a_single_column_key_or_check_is_seen() {
    for (what, sql) in [
        ("a column more", "ALTER TABLE users ADD COLUMN nick TEXT"),
        ("a column fewer", "ALTER TABLE users DROP COLUMN last_sign_in"),
        ("a column that may be absent", "ALTER TABLE stamps ADD COLUMN more BIGINT NOT NULL DEFAULT 1"),
        ("a table more", "CREATE TABLE more (id TEXT PRIMARY KEY)"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store = sqlite(&folder).await;
        let tx = store.write().await.unwrap();
        tx.exec(sql, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_ne!(Schema::of(&store).await.tables, entities::all(), "{what}");
    }
}
