//! Opening the database: one writer, several readers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbBackend, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::RwLock;
use tracing::{Instrument as _, debug_span};

use crate::{StoreError, Tx, migrations::Migrator};

/// The database.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
    readers: DatabaseConnection,
}

/// The one connection that writes. SQLite may end a transaction by itself when the disk refuses a write; what counts
/// transactions above it does not hear of that, and would take the next one for a nested one, whose commit commits
/// nothing. So a writer that met such a refusal is never used again.
struct Writer {
    url: String,
    backend: DbBackend,
    connection: RwLock<DatabaseConnection>,
    spoilt: Arc<AtomicBool>,
}

impl Writer {
    /// The connection; another one when this one is spoilt.
    async fn usable(&self) -> Result<DatabaseConnection, StoreError> {
        if self.spoilt.load(Ordering::Acquire) {
            let mut connection = self.connection.write().await;
            if self.spoilt.load(Ordering::Acquire) {
                // Closing it first gives back its lock, and whatever it left open is rolled back.
                connection.clone().close().await?;
                *connection = Database::connect(options(&self.url, 1)).await?;
                self.spoilt.store(false, Ordering::Release);
            }
        }
        Ok(self.connection.read().await.clone())
    }
}

/// Reads outside a transaction.
#[derive(Clone)]
pub struct Reader(pub(crate) DatabaseConnection);

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(20))
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|o| {
            o.create_if_missing(true)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(15))
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
        });
    options
}

impl Store {
    /// Opens the database of this URL (`sqlite:///path`, `postgres://...`) and brings its tables up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let connection = Database::connect(options(url, 1)).await?;
        Migrator::up(&connection, None).await?;
        let readers = Database::connect(options(url, 4)).await?;
        let writer = Writer {
            url: url.to_owned(),
            backend: connection.get_database_backend(),
            connection: RwLock::new(connection),
            spoilt: Arc::default(),
        };
        Ok(Self { writer: Arc::new(writer), readers })
    }

    /// Begins the one write transaction; waits for the one before. Dropped uncommitted, it leaves nothing.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let begun = async {
            let connection = self.writer.usable().await?;
            let begun = connection.begin_with_options(options).await?;
            if self.writer.backend == DbBackend::Postgres {
                let tx = Tx::new(begun, None);
                tx.lock_writers().await?;
                return Ok(tx);
            }
            Ok(Tx::new(begun, Some(self.writer.spoilt.clone())))
        };
        begun.instrument(debug_span!("begin")).await
    }

    /// A reader that sees what is committed.
    pub fn read(&self) -> Reader {
        Reader(self.readers.clone())
    }

    /// Closes all connections.
    pub async fn close(self) -> Result<(), StoreError> {
        self.readers.close().await?;
        Ok(self.writer.connection.read().await.clone().close().await?)
    }
}
