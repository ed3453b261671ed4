//! What a job is given and what it gives.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use cloister_dataset::{DataKey, FileInfo};
use cloister_model::{DatasetId, SqlName, rules::Rules, schema::Schema, variables::Value};

use crate::RangeReader;

/// A job to run.
pub struct EngineJob {
    /// One `SELECT`.
    pub sql: String,
    /// The only tables it may name.
    pub tables: Vec<TableInput>,
    /// Values of `$name` in the SQL, bound as parameters.
    pub variables: BTreeMap<SqlName, Value>,
    /// What it may use.
    pub limits: Limits,
}

/// A dataset as a table of the job.
pub struct TableInput {
    /// Its name in the SQL.
    pub name: SqlName,
    /// The dataset.
    pub dataset: DatasetId,
    /// The version of its data.
    pub version: u32,
    /// Its schema.
    pub schema: Schema,
    /// The owner's rules.
    pub rules: Rules,
    /// Where the rows come from.
    pub source: TableSource,
}

/// Where a table's rows come from.
pub enum TableSource {
    /// Encrypted objects.
    Encrypted {
        /// The dataset's data key.
        key: DataKey,
        /// The objects, as the manifest lists them, and how to read their ciphertext.
        files: Vec<(FileInfo, Arc<dyn RangeReader>)>,
    },
    /// Rows made from schema and rules; the data is never read.
    Mock {
        /// The digest of the spec: the same spec gives the same rows.
        seed: [u8; 32],
        /// How many.
        rows: usize,
    },
}

/// What a job may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of memory for operators.
    pub memory_bytes: usize,
    /// Rows of the result.
    pub max_rows: usize,
    /// Threads.
    pub threads: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_bytes: 1 << 30, max_rows: 1_000_000, threads: 2 }
    }
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Checking the job and opening its inputs.
    Checking,
    /// Reading and computing.
    Running,
    /// Writing the result.
    Writing,
}

/// Progress of a run; never a row count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The stage.
    pub stage: Stage,
    /// Share of the input read, 0 to 1.
    pub share: f32,
}

/// A result.
#[derive(Clone, Debug)]
pub struct Output {
    /// The rows as Parquet in plaintext; seal it before it leaves.
    pub parquet: Bytes,
    /// Its columns.
    pub schema: SchemaRef,
    /// Its rows.
    pub rows: usize,
}

/// Asks a run to stop. Clones ask the same run.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    asked: AtomicBool,
    notify: tokio::sync::Notify,
}

impl CancelToken {
    /// Asks.
    pub fn cancel(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        self.0.notify.notify_waiters();
    }

    /// Whether someone asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Waits until someone asks.
    pub async fn cancelled(&self) {
        loop {
            let notified = self.0.notify.notified();
            if self.is_cancelled() {
                return;
            }
            notified.await;
        }
    }
}
