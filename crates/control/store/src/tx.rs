//! The write transaction, and queries that work inside and outside one.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Statement, Value};
use tracing::{Instrument as _, debug_span};

use crate::{Reader, StoreError};

/// Values that one list of a statement names.
pub(crate) const AT_ONCE: usize = 200;

/// `$1, $2, ...` for a list of values.
pub(crate) fn places(count: usize) -> String {
    (1..=count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// A write transaction.
pub struct Tx {
    inner: DatabaseTransaction,
    /// SQLite's: whether its connection may still be used.
    spoilt: Option<Arc<AtomicBool>>,
}

/// Questions to the database: the same inside a [`Tx`] and outside, by a [`Reader`].
#[async_trait]
pub trait Query: Send + Sync {
    /// The rows.
    async fn all(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, StoreError>;
    /// The first row, if there is one.
    async fn one(&self, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>, StoreError>;
}

macro_rules! query {
    ($type:ty, $inner:tt) => {
        #[async_trait]
        impl Query for $type {
            async fn all(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, StoreError> {
                let statement =
                    Statement::from_sql_and_values(self.$inner.get_database_backend(), sql, values);
                Ok(self.$inner.query_all_raw(statement).await?)
            }
            async fn one(&self, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>, StoreError> {
                let statement =
                    Statement::from_sql_and_values(self.$inner.get_database_backend(), sql, values);
                Ok(self.$inner.query_one_raw(statement).await?)
            }
        }
    };
}
query!(Tx, inner);
query!(Reader, 0);

impl Tx {
    pub(crate) fn new(inner: DatabaseTransaction, spoilt: Option<Arc<AtomicBool>>) -> Self {
        Self { inner, spoilt }
    }

    /// Executes; how many rows it changed.
    pub async fn exec(&self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        let statement = Statement::from_sql_and_values(self.inner.get_database_backend(), sql, values);
        let done = self.inner.execute_raw(statement).await.map_err(StoreError::from);
        // A row that conflicts leaves the transaction as it was.
        if matches!(&done, Err(error) if !matches!(error, StoreError::Conflict)) {
            spoil(self.spoilt.as_ref());
        }
        Ok(done?.rows_affected())
    }

    /// Which database it is.
    pub(crate) fn backend(&self) -> sea_orm::DbBackend {
        self.inner.get_database_backend()
    }

    /// Commits everything, the audit entries included.
    pub async fn commit(self) -> Result<(), StoreError> {
        let committed = async {
            self.mark_acted().await?;
            let Self { inner, spoilt } = self;
            inner.commit().await.inspect_err(|_| spoil(spoilt.as_ref()))?;
            Ok(())
        };
        committed.instrument(debug_span!("commit")).await
    }

    /// One writer at a time on PostgreSQL too, so that entries are numbered in commit order.
    pub(crate) async fn lock_writers(&self) -> Result<(), StoreError> {
        self.exec("SELECT pg_advisory_xact_lock(7203112)", vec![]).await.map(|_| ())
    }
}

/// The connection of a write that failed is not used again.
fn spoil(spoilt: Option<&Arc<AtomicBool>>) {
    if let Some(spoilt) = spoilt {
        spoilt.store(true, Ordering::Release);
    }
}
