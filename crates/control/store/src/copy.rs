//! Everything of one database into another, empty one, compared row by row: from SQLite to PostgreSQL, back, or into a
//! backup.
//!
//! Invariants: the source is read in one snapshot; the target is written in one transaction, which commits only when
//! each table read back there has the digest it has at the source. Limits: both have this program's migrations.

use sea_orm::{
    AccessMode, DatabaseTransaction, DbBackend, IsolationLevel, QueryResult, TransactionOptions,
    TransactionTrait, Value,
};
use sha2::{Digest, Sha256};

use crate::{Query as _, Store, StoreError, Tx};

/// Every table, each after those it refers to.
pub const TABLES: [&str; 45] = [
    "organisations",
    "users",
    "sessions",
    "tokens",
    "one_time",
    "sign_in_failures",
    "certificates",
    "statements",
    "outbox",
    "log_state",
    "leases",
    "queue",
    "workspaces",
    "invitations",
    "proposals",
    "uploads",
    "datasets",
    "manifests",
    "shares",
    "jobs",
    "job_specs",
    "runs",
    "releases",
    "run_outputs",
    "stamps",
    "workers",
    "idempotency",
    "providers",
    "domains",
    "identities",
    "sign_ins",
    "device_grants",
    "logouts",
    "notices",
    "notice_settings",
    "webhooks",
    "deliveries",
    "positions",
    "passkeys",
    "passkey_ceremonies",
    "scim_tokens",
    "scim_users",
    "scim_groups",
    "scim_members",
    "key_backups",
];
/// Rows read at once.
const PAGE: usize = 500;

/// A table that was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub table: &'static str,
    /// Rows.
    pub rows: u64,
    /// SHA-256 over all values in the order of the primary key, hexadecimal.
    pub digest: String,
}

/// Why nothing was copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The target has rows.
    #[error("the target is not empty: `{0}` has rows")]
    NotEmpty(&'static str),
    /// What was written is not what is read back.
    #[error("`{0}` differs after the copy; nothing was kept")]
    Differs(&'static str),
    /// A database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a column holds; either database's name of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Float,
    Text,
}

impl Kind {
    fn named(name: &str) -> Result<Self, StoreError> {
        match name.to_ascii_lowercase().as_str() {
            "bigint" => Ok(Self::Integer),
            "double precision" => Ok(Self::Float),
            "text" => Ok(Self::Text),
            other => Err(StoreError::corrupt(format!("a column of type `{other}`"))),
        }
    }
}

/// One column.
struct Column {
    name: String,
    kind: Kind,
    key: bool,
}

/// A table as both databases know it.
struct Table {
    name: &'static str,
    columns: Vec<Column>,
}

/// Copies every table of `from` into `to`.
pub async fn copy(from: &Store, to: &Store) -> Result<Vec<Copied>, CopyError> {
    let source = Tx::new(snapshot(from).await?, None);
    let target = to.write().await?;
    let mut copied = Vec::new();
    for name in TABLES {
        let table = Table::describe(&source, name).await?;
        if !target.all(&format!("SELECT 1 AS one FROM {name} LIMIT 1"), vec![]).await?.is_empty() {
            return Err(CopyError::NotEmpty(name));
        }
        let there = table.walk(&source, Some(&target)).await?;
        if table.walk(&target, None).await? != there {
            return Err(CopyError::Differs(name));
        }
        copied.push(there);
    }
    target.commit().await?;
    Ok(copied)
}

/// A transaction that sees one state however long it reads.
async fn snapshot(store: &Store) -> Result<DatabaseTransaction, StoreError> {
    let reader = store.read().0;
    let options = match reader.get_database_backend() {
        DbBackend::Postgres => TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(AccessMode::ReadOnly),
            ..TransactionOptions::default()
        },
        _ => TransactionOptions::default(),
    };
    Ok(reader.begin_with_options(options).await?)
}

impl Table {
    async fn describe(db: &Tx, name: &'static str) -> Result<Self, StoreError> {
        let sql = match db.backend() {
            DbBackend::Postgres => {
                "SELECT a.attname::text AS name, format_type(a.atttypid, NULL) AS kind,
                        (a.attnum = ANY (COALESCE(i.indkey::int2[], '{}')))::int::bigint AS key
                 FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
                 WHERE a.attrelid = ($1::text)::regclass AND a.attnum > 0 AND NOT a.attisdropped"
            }
            _ => "SELECT name, type AS kind, pk > 0 AS key FROM pragma_table_info($1)",
        };
        let rows = db.all(sql, vec![name.into()]).await?;
        let mut columns = rows.iter().map(column).collect::<Result<Vec<_>, StoreError>>()?;
        // The key first, then by name: so both databases walk alike, whatever migrations added when.
        columns.sort_by(|left, right| (!left.key, &left.name).cmp(&(!right.key, &right.name)));
        Ok(Self { name, columns })
    }

    /// Reads every row in the order of the key, and writes it to `target` where there is one.
    async fn walk(&self, db: &Tx, target: Option<&Tx>) -> Result<Copied, StoreError> {
        let (mut rows, mut digest, mut after) = (0, Sha256::new(), Vec::new());
        loop {
            let page = db.all(&self.select(db.backend(), after.len()), after.clone()).await?;
            for row in &page {
                let values = self.values(row)?;
                for value in &values {
                    add(&mut digest, value);
                }
                if let Some(target) = target {
                    target.exec(&self.insert(), values.clone()).await?;
                }
                after = values.into_iter().take(self.keys()).collect();
            }
            rows += page.len() as u64;
            if page.len() < PAGE {
                return Ok(Copied { table: self.name, rows, digest: hex::encode(digest.finalize()) });
            }
        }
    }

    fn keys(&self) -> usize {
        self.columns.iter().filter(|column| column.key).count()
    }

    fn names(&self) -> String {
        self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The next page after the key of the last row.
    fn select(&self, backend: DbBackend, after: usize) -> String {
        let keys = self.columns.iter().filter(|column| column.key).map(|column| {
            // Text by its bytes, as SQLite orders it.
            let bytewise = backend == DbBackend::Postgres && column.kind == Kind::Text;
            if bytewise { format!("{} COLLATE \"C\"", column.name) } else { column.name.clone() }
        });
        let keys = keys.collect::<Vec<_>>().join(", ");
        let marks = (1..=after).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let from = if after == 0 { String::new() } else { format!("WHERE ({keys}) > ({marks})") };
        format!("SELECT {} FROM {} {from} ORDER BY {keys} LIMIT {PAGE}", self.names(), self.name)
    }

    fn insert(&self) -> String {
        let marks = (1..=self.columns.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        format!("INSERT INTO {} ({}) VALUES ({marks})", self.name, self.names())
    }

    fn values(&self, row: &QueryResult) -> Result<Vec<Value>, StoreError> {
        let value = |column: &Column| {
            Ok(match column.kind {
                Kind::Integer => Value::BigInt(row.try_get("", &column.name)?),
                Kind::Float => Value::Double(row.try_get("", &column.name)?),
                Kind::Text => Value::String(row.try_get("", &column.name)?),
            })
        };
        self.columns.iter().map(value).collect()
    }
}

fn column(row: &QueryResult) -> Result<Column, StoreError> {
    let kind: String = row.try_get("", "kind")?;
    let key: i64 = row.try_get("", "key")?;
    Ok(Column { name: row.try_get("", "name")?, kind: Kind::named(&kind)?, key: key != 0 })
}

/// Kind and length before each value, so that no two rows read alike.
fn add(digest: &mut Sha256, value: &Value) {
    let (kind, bytes): (u8, Vec<u8>) = match value {
        Value::BigInt(Some(number)) => (1, number.to_be_bytes().to_vec()),
        Value::Double(Some(number)) => (3, number.to_be_bytes().to_vec()),
        Value::String(Some(text)) => (2, text.as_bytes().to_vec()),
        _ => (0, Vec::new()),
    };
    digest.update([kind]);
    digest.update((bytes.len() as u64).to_be_bytes());
    digest.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn store(folder: &tempfile::TempDir, name: &str) -> Store {
        Store::open(&format!("sqlite://{}", folder.path().join(name).display())).await.unwrap()
    }

    #[tokio::test]
    async fn the_list_names_every_table_after_those_it_refers_to() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder, "a.db").await;
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                   AND name <> 'seaql_migrations' ORDER BY name";
        let rows = store.read().all(sql, vec![]).await.unwrap();
        let there: Vec<String> = rows.iter().map(|row| row.try_get("", "name").unwrap()).collect();
        let mut named = TABLES.map(str::to_owned).to_vec();
        named.sort();
        assert_eq!(there, named);
        for (place, table) in TABLES.iter().enumerate() {
            let sql = "SELECT \"table\" AS parent FROM pragma_foreign_key_list($1)";
            for row in store.read().all(sql, vec![(*table).into()]).await.unwrap() {
                let parent: String = row.try_get("", "parent").unwrap();
                assert!(TABLES[..=place].contains(&parent.as_str()), "{table} refers to {parent}");
            }
        }
    }

    #[tokio::test]
    async fn rows_arrive_and_a_target_with_rows_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (store(&folder, "a.db").await, store(&folder, "b.db").await);
        let tx = from.write().await.unwrap();
        for n in 0..1200_i64 {
            let id = format!("{n:05}-ö");
            let sql = "INSERT INTO organisations (id, name, created) VALUES ($1, $2, $3)";
            tx.exec(sql, vec![id.clone().into(), id.into(), n.into()]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let copied = copy(&from, &to).await.unwrap();
        assert_eq!((copied[0].table, copied[0].rows), ("organisations", 1200));
        let again = copy(&from, &to).await;
        assert!(matches!(again, Err(CopyError::NotEmpty("organisations"))), "{again:?}");
    }
}
