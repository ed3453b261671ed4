//! Runs one job from text to result.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use arrow::{datatypes::SchemaRef, record_batch::RecordBatch};
use bytes::Bytes;
use cloister_dataset::{FileIdentity, arrow_schema, rules_file};
use cloister_model::{Timestamp, rules::Analysis, variables::Value};
use datafusion::{
    common::{ParamValues, ScalarValue},
    execution::{SessionState, context::SQLOptions},
    logical_expr::LogicalPlan,
    physical_plan::execute_stream,
    sql::parser::Statement,
};
use futures::StreamExt;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use crate::{
    CancelToken, EngineError, EngineJob, Limits, Output, Progress, Stage, TableInput, TableSource,
    aggregation,
    aggregation::Protection,
    conditions::Conditions,
    context::context,
    error::{execution, planning},
    mock::mock_rows,
    plan, rewrite,
    scan::{Meter, RuleTable, Unit, visible_schema},
    statement,
    storage::open_file,
    threshold,
};

/// Checks and runs a job. The caller has verified the digest of every object ([`crate::verify_file`]).
pub async fn run_sql(
    job: EngineJob,
    progress: impl Fn(Progress) + Send + Sync + 'static,
    cancel: CancelToken,
) -> Result<Output, EngineError> {
    let asked = cancel.clone();
    tokio::select! {
        biased;
        () = asked.cancelled() => Err(EngineError::Cancelled),
        out = run(job, Arc::new(progress), cancel) => out,
    }
}

async fn run(
    job: EngineJob,
    report: Arc<dyn Fn(Progress) + Send + Sync>,
    cancel: CancelToken,
) -> Result<Output, EngineError> {
    report(Progress { stage: Stage::Checking, share: 0.0 });
    let names: BTreeSet<String> = job.tables.iter().map(|t| t.name.to_string()).collect();
    let statement = statement::parse(&job.sql, &names)?;
    let keys = join_keys(&job.tables);
    let meter = Meter {
        total: Arc::default(),
        done: Arc::new(AtomicUsize::new(0)),
        report: Arc::clone(&report),
        cancel,
    };
    let mut tables: Vec<RuleTable> = Vec::new();
    for input in job.tables {
        if tables.iter().any(|t| t.name == input.name.as_str()) {
            return Err(EngineError::Table { table: input.name.to_string() });
        }
        tables.push(open_table(input, &keys, &meter).await?);
    }
    let state = context(tables, &job.limits).map_err(|e| planning(&e))?;
    let checked = prepare(&state, statement, &job.variables).await?;
    report(Progress { stage: Stage::Running, share: 0.0 });
    execute(&state, &checked, &job.limits, &report).await
}

/// The columns that tables may be joined on: mock rows hold the same values in them.
fn join_keys(tables: &[TableInput]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for table in tables {
        match &table.rules.analysis {
            Analysis::None => {}
            Analysis::Aggregation { identity, join_on, .. } => {
                out.insert(identity.clone());
                out.extend(join_on.iter().cloned());
            }
        }
    }
    out
}

async fn open_table(
    input: TableInput,
    keys: &BTreeSet<String>,
    meter: &Meter,
) -> Result<RuleTable, EngineError> {
    let name = input.name.to_string();
    rules_file::validate(&input.rules, &input.schema).map_err(|e| EngineError::rules(&name, &e))?;
    let table_error = || EngineError::Table { table: name.clone() };
    if input.schema.columns().iter().any(|c| c.name.to_lowercase().starts_with(plan::RESERVED)) {
        return Err(table_error());
    }
    let stored = arrow_schema(&input.schema);
    let conditions = Conditions::compile(&input.rules.any_of, &input.schema).ok_or_else(table_error)?;
    let protection = Protection::of(&input.rules).map(Arc::new);
    let visible = visible_schema(&stored, input.rules.allowed_columns.as_deref(), protection.as_deref());
    let units = units(input, &name, &stored, keys).await?;
    meter.total.fetch_add(units.len(), Ordering::Relaxed);
    let conditions = Arc::new(conditions);
    Ok(RuleTable { name, stored, visible, conditions, protection, units, meter: meter.clone() })
}

async fn units(
    input: TableInput,
    name: &str,
    stored: &SchemaRef,
    keys: &BTreeSet<String>,
) -> Result<Vec<Unit>, EngineError> {
    match input.source {
        TableSource::Mock { seed, rows } => {
            let batch = mock_rows(&input.schema, &input.rules, keys, seed, rows)
                .map_err(|_| EngineError::Table { table: name.to_owned() })?;
            Ok(vec![Unit::Rows(batch)])
        }
        TableSource::Encrypted { key, files } => {
            let mut out = Vec::new();
            for (info, reader) in files {
                let identity = FileIdentity {
                    dataset: input.dataset,
                    version: input.version,
                    object: info.name.clone(),
                };
                let file = open_file(name, reader, &info, &key, &identity, stored).await?;
                let groups = file.metadata.metadata().num_row_groups();
                out.extend((0..groups).map(|at| Unit::RowGroup(Box::new(file.clone()), at)));
            }
            Ok(out)
        }
    }
}

/// From statement to a checked, rewritten plan.
async fn prepare(
    state: &SessionState,
    statement: Statement,
    variables: &std::collections::BTreeMap<cloister_model::SqlName, Value>,
) -> Result<LogicalPlan, EngineError> {
    let plan = state.statement_to_plan(statement).await.map_err(|e| planning(&e))?;
    plan::check_nodes(&plan)?;
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
        .verify_plan(&plan)
        .map_err(|e| planning(&e))?;
    let wanted = plan.get_parameter_names().map_err(|e| planning(&e))?;
    let given: BTreeSet<String> = variables.keys().map(|n| format!("${n}")).collect();
    if !wanted.iter().all(|w| given.contains(w)) {
        return Err(EngineError::Variables);
    }
    let values: HashMap<String, ScalarValue> =
        variables.iter().map(|(n, v)| (n.to_string(), scalar(v))).collect();
    let bound = plan.with_param_values(ParamValues::from(values)).map_err(|e| planning(&e))?;
    let analysed = state
        .analyzer()
        .execute_and_check(bound, state.config_options(), |_, _| {})
        .map_err(|e| planning(&e))?;
    plan::check(&analysed)?;
    let guarded = if aggregation::protected(&analysed)? {
        aggregation::check(&analysed)?;
        threshold::inject(analysed).map_err(|e| planning(&e))?
    } else {
        analysed
    };
    rewrite::infallible(guarded).map_err(|e| planning(&e))
}

/// A value as a parameter. Text that is a moment stays text: SQL compares it with a datetime column as one.
fn scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Boolean(v) => ScalarValue::from(*v),
        Value::Integer(v) => ScalarValue::from(*v),
        Value::Float(v) => ScalarValue::from(*v),
        Value::Text(v) => match v.parse::<Timestamp>() {
            Ok(moment) => ScalarValue::TimestampMicrosecond(Some(moment.micros()), None),
            Err(_) => ScalarValue::from(v.as_str()),
        },
    }
}

async fn execute(
    state: &SessionState,
    plan: &LogicalPlan,
    limits: &Limits,
    report: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Output, EngineError> {
    let schema: SchemaRef = Arc::new(plan.schema().as_arrow().clone());
    let physical = state.create_physical_plan(plan).await.map_err(|e| execution(&e))?;
    let mut stream = execute_stream(physical, state.task_ctx()).map_err(|e| execution(&e))?;
    let mut result = ResultWriter::new(&stream.schema())?;
    let mut rows = 0;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|e| execution(&e))?;
        rows += batch.num_rows();
        if rows > limits.max_rows {
            return Err(EngineError::TooManyRows { max: limits.max_rows });
        }
        result.write(&batch)?;
        if result.0.memory_size() + result.0.inner().len() > limits.memory_bytes {
            return Err(EngineError::Memory);
        }
    }
    report(Progress { stage: Stage::Writing, share: 1.0 });
    Ok(Output { parquet: result.finish()?, schema, rows })
}

struct ResultWriter(ArrowWriter<Vec<u8>>);

impl ResultWriter {
    fn new(schema: &SchemaRef) -> Result<Self, EngineError> {
        let level = ZstdLevel::try_new(1).map_err(|_| EngineError::Execution)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by("cloister".to_owned())
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), Arc::clone(schema), Some(properties));
        writer.map(Self).map_err(|_| EngineError::Execution)
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        self.0.write(batch).map_err(|_| EngineError::Execution)
    }

    fn finish(self) -> Result<Bytes, EngineError> {
        self.0.into_inner().map(Bytes::from).map_err(|_| EngineError::Execution)
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, io::Cursor};

    use cloister_dataset::read::{self, ReadOptions};
    use datafusion::physical_plan::displayable;

    use super::*;

    const RULES: &str = "uses=[\"sql\"]\n[analysis]\nrule=\"aggregation\"\nidentity=\"patient\"\nthreshold=10\n\
        group_by=[\"ward\"]\n[analysis.aggregate]\ncharge={functions=[\"sum\",\"count\"],bounds=[0,100]}\n";

    async fn optimised(sql: &str) -> String {
        let found =
            read::inspect(Cursor::new(b"patient,ward,charge\np1,a,10\n"), &ReadOptions::default()).unwrap();
        let input = TableInput {
            name: "visits".parse().unwrap(),
            dataset: cloister_model::DatasetId(uuid::Uuid::nil()),
            version: 1,
            rules: rules_file::parse(RULES, &found.schema).unwrap(),
            schema: found.schema,
            source: TableSource::Mock { seed: [7; 32], rows: 100 },
        };
        let meter = Meter {
            total: Arc::default(),
            done: Arc::default(),
            report: Arc::new(|_| {}),
            cancel: CancelToken::default(),
        };
        let table = open_table(input, &BTreeSet::new(), &meter).await.unwrap();
        let state = context(vec![table], &Limits::default()).unwrap();
        let statement = statement::parse(sql, &BTreeSet::from(["visits".to_owned()])).unwrap();
        let plan = prepare(&state, statement, &BTreeMap::new()).await.unwrap();
        let physical = state.create_physical_plan(&plan).await.unwrap();
        displayable(physical.as_ref()).indent(true).to_string()
    }

    /// Whatever the optimiser does, no expression of the user is computed on a group that the threshold has not passed.
    #[tokio::test]
    async fn nothing_of_the_user_is_evaluated_below_the_injected_threshold() {
        for (sql, mark) in [
            ("SELECT ward, sum(charge) AS s FROM visits GROUP BY ward HAVING sum(charge) > 41234", "41234"),
            ("SELECT ward, sum(charge) * 41234 AS s FROM visits GROUP BY ward", "41234"),
            ("SELECT ward FROM visits GROUP BY ward ORDER BY sum(charge) + 41234", "41234"),
            (
                "SELECT * FROM (SELECT ward, sum(charge) AS s FROM visits GROUP BY ward) WHERE s > 41234",
                "41234",
            ),
        ] {
            let plan = optimised(sql).await;
            let line = |wanted: &str| plan.lines().position(|line| line.contains(wanted));
            let threshold = line(">= 10").unwrap_or_else(|| panic!("no threshold:\n{plan}"));
            let users = plan.lines().enumerate().filter(|(_, line)| line.contains(mark));
            let lowest = users.map(|(at, _)| at).max().unwrap_or_else(|| panic!("no `{mark}`:\n{plan}"));
            assert!(lowest < threshold, "{sql}\n{plan}");
            assert!(!plan.lines().any(|l| l.contains(">= 10") && l.contains(mark)), "{sql}\n{plan}");
        }
    }
}
