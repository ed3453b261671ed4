//! From statements to a job of the engine: tables with their keys, values of variables, verified ciphertext.

use std::{collections::BTreeMap, sync::Arc};

use cloister_api::worker::{Lease, LeasedTable};
use cloister_dataset::FileInfo;
use cloister_engine::{
    CancelToken, EngineError, EngineJob, Limits, Progress, RangeReader, Stage, TableInput, TableSource,
    run_sql, verify_file,
};
use cloister_model::{
    Digest, SqlName,
    rules::Analysis,
    variables::{Constraint, Value, Variable, VariableType},
};
use cloister_statement::predicate::{Manifest, Spec};
use cloister_verify::inputs;
use tokio::runtime::{Builder, Runtime};

use crate::{
    RunError,
    ciphertext::RemoteFile,
    exchange::Released,
    hold::{Hold, Share},
    real_run::Process,
};

/// Mock rows of a table at least; a protected table gets more, so that its groups pass the threshold.
const MOCK_ROWS: u64 = 500;
/// Mock rows at most.
const MOCK_ROWS_MOST: u64 = 20_000;

/// One job, ready for the engine.
pub(crate) struct Job<'a> {
    /// What was approved.
    pub(crate) spec: &'a Spec,
    /// Values of its variables, as the runner gave them; a default stands in for what is missing.
    pub(crate) inputs: &'a BTreeMap<SqlName, Value>,
    /// Its tables.
    pub(crate) tables: Vec<TableInput>,
    /// Memory for operators, bytes.
    pub(crate) memory: usize,
}

/// What came out, in plaintext; to be sealed at once.
pub(crate) struct Computed {
    /// Parquet.
    pub(crate) parquet: Vec<u8>,
    /// Rows in it.
    pub(crate) rows: usize,
}

/// The tables of a real run: schema, rules and digests of the manifests, keys of the broker, bytes of the server.
pub(crate) fn tables(
    lease: &Lease,
    process: &Process<'_>,
    released: &Released,
) -> Result<Vec<TableInput>, RunError> {
    let mut tables = Vec::new();
    for (name, (digest, manifest)) in &released.grounds.tables {
        let missing = || RunError::broken("statement", format!("the lease has no table for {digest}"));
        let leased = lease.tables.iter().find(|t| t.manifest == *digest).ok_or_else(missing)?;
        let key = released.keys.get(digest).ok_or_else(missing)?.clone();
        let leased = LeasedTable { dataset: manifest.dataset, ..leased.clone() };
        let files = manifest
            .files
            .iter()
            .map(|file| {
                let held = (lease.run, lease.fence);
                let remote = RemoteFile::new(process.server, held, &leased, manifest.version, &file.name);
                let info = FileInfo { name: file.name.clone(), size: file.size, sha256: file.sha256 };
                (info, Arc::new(remote) as Arc<dyn RangeReader>)
            })
            .collect();
        tables.push(table(name, manifest, TableSource::Encrypted { key, files }));
    }
    Ok(tables)
}

/// A table of mock rows; the same spec gives the same rows.
pub(crate) fn mock_table(name: &SqlName, manifest: &Manifest, spec: Digest) -> TableInput {
    let threshold = match &manifest.rules.analysis {
        Analysis::None => 1,
        Analysis::Aggregation { threshold, .. } => *threshold,
    };
    let rows = threshold.saturating_mul(50).clamp(MOCK_ROWS, MOCK_ROWS_MOST);
    let rows = usize::try_from(rows).unwrap_or_default();
    table(name, manifest, TableSource::Mock { seed: spec.0, rows })
}

fn table(name: &SqlName, manifest: &Manifest, source: TableSource) -> TableInput {
    TableInput {
        name: name.clone(),
        dataset: manifest.dataset,
        version: manifest.version,
        schema: manifest.schema.clone(),
        rules: manifest.rules.clone(),
        source,
    }
}

/// Values for a test run: each variable's default, else the first value that its constraints show, else a plain one.
pub(crate) fn default_inputs(spec: &Spec) -> BTreeMap<SqlName, Value> {
    spec.variables.iter().map(|v| (v.name.clone(), sample(v, spec))).collect()
}

fn sample(variable: &Variable, spec: &Spec) -> Value {
    let shown = variable.any_of.iter().find_map(|constraint| match constraint {
        Constraint::Range(low, _) => Some(low.clone()),
        Constraint::OneOf(values) => values.first().cloned(),
        Constraint::Length(low, _) => Some(Value::Text("a".repeat(*low as usize))),
        Constraint::Characters(_) => None,
    });
    variable.default.clone().or(shown).unwrap_or_else(|| match variable.kind {
        VariableType::String => Value::Text(String::new()),
        VariableType::Integer => Value::Integer(1),
        VariableType::Float => Value::Float(1.0),
        VariableType::Boolean => Value::Boolean(true),
        VariableType::Datetime => Value::Text("2026-01-01T00:00:00Z".into()),
        VariableType::Dataset => {
            Value::Text(spec.tables.keys().next().map(ToString::to_string).unwrap_or_default())
        }
    })
}

/// Compares every object with its digest, then runs the query on threads of its own: dropping this future asks the
/// engine to stop and drops the task, keys included.
pub(crate) async fn execute(job: Job<'_>, hold: &Hold) -> Result<Computed, RunError> {
    verify(&job.tables, hold).await?;
    hold.at("computing", None);
    let variables =
        inputs::complete(job.spec, job.inputs).map_err(|refused| RunError::broken("inputs", refused))?;
    let limits = Limits { memory_bytes: job.memory, ..Limits::default() };
    let engine = EngineJob { sql: job.spec.source.clone(), tables: job.tables, variables, limits };
    let cancel = CancelToken::default();
    let share = hold.share();
    let failed = RunError::Engine { code: "run.failed", check: None };
    let Ok(threads) = threads() else { return Err(failed) };
    let task = threads.spawn(run_sql(engine, move |progress| report(&share, progress), cancel.clone()));
    let mut running = Running { cancel, task, threads: Some(threads) };
    let output = (&mut running.task).await.map_err(|_| failed)?;
    let output = output.map_err(from_engine)?;
    Ok(Computed { parquet: output.parquet.to_vec(), rows: output.rows })
}

/// Threads that only compute: a query that keeps every one of them busy must not keep the worker from renewing its keys,
/// nor from hearing that the run was cancelled.
fn threads() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().thread_name("query").enable_all().build()
}

/// A query under way; asked to stop and torn down when dropped.
struct Running<T> {
    cancel: CancelToken,
    task: tokio::task::JoinHandle<T>,
    threads: Option<Runtime>,
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.task.abort();
        if let Some(threads) = self.threads.take() {
            // Without waiting: a runtime must not be waited for inside another.
            threads.shutdown_background();
        }
    }
}

fn report(share: &Share, progress: Progress) {
    match progress.stage {
        Stage::Checking | Stage::Writing => {}
        Stage::Running => share.at("computing", Some(f64::from(progress.share))),
    }
}

async fn verify(tables: &[TableInput], hold: &Hold) -> Result<(), RunError> {
    for table in tables {
        let TableSource::Encrypted { files, .. } = &table.source else { continue };
        for (info, reader) in files {
            hold.at("reading", None);
            let same = verify_file(reader.as_ref(), info).await;
            if !same.map_err(|e| RunError::Unavailable(e.to_string()))? {
                return Err(from_engine(EngineError::NotAuthentic { table: table.name.to_string() }));
            }
        }
    }
    Ok(())
}

/// The engine's error in the words of a run. What could not be read may be readable later: such a run is repeated.
fn from_engine(error: EngineError) -> RunError {
    let code = error.code();
    match error {
        EngineError::Refused { check } => RunError::Engine { code, check: Some(check.name().into()) },
        EngineError::Cancelled => RunError::Cancelled,
        EngineError::Unreadable { .. } => RunError::Unavailable(error.to_string()),
        EngineError::Sql { .. }
        | EngineError::Variables
        | EngineError::Rules { .. }
        | EngineError::Table { .. }
        | EngineError::NotEncrypted { .. }
        | EngineError::NotAuthentic { .. }
        | EngineError::Memory
        | EngineError::TooManyRows { .. }
        | EngineError::Execution => RunError::Engine { code, check: None },
    }
}
