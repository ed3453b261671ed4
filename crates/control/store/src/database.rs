//! Opening the database: one writer, several readers.

use std::time::Duration;

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbBackend, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use tracing::{Instrument as _, debug_span};

use crate::{StoreError, Tx, migrations::Migrator};

/// The database.
#[derive(Clone)]
pub struct Store {
    writer: DatabaseConnection,
    readers: DatabaseConnection,
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
        let writer = Database::connect(options(url, 1)).await?;
        Migrator::up(&writer, None).await?;
        let readers = Database::connect(options(url, 4)).await?;
        Ok(Self { writer, readers })
    }

    /// Begins the one write transaction; waits for the one before. Dropped uncommitted, it leaves nothing.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let begun = async {
            let tx = Tx(self.writer.begin_with_options(options).await?);
            if self.writer.get_database_backend() == DbBackend::Postgres {
                tx.lock_writers().await?;
            }
            Ok(tx)
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
        Ok(self.writer.close().await?)
    }
}
