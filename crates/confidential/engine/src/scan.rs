//! The barrier: a table whose scan is a leaf that owns decryption, the owner's row conditions and the projection.
//!
//! It takes no filter and no limit, so no expression of the user is evaluated on a hidden row, whatever the optimiser
//! does. Statistics pass only where the dataset hides nothing.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use arrow::{
    array::RecordBatchOptions,
    compute::filter_record_batch,
    datatypes::{Schema as ArrowSchema, SchemaRef},
    record_batch::RecordBatch,
};
use async_trait::async_trait;
use datafusion::{
    catalog::{Session, TableProvider},
    common::{DataFusionError, Result, Statistics, stats::Precision, tree_node::TreeNodeRecursion},
    datasource::TableType,
    execution::TaskContext,
    logical_expr::Expr,
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, ReplaceChildrenOptions,
        SendableRecordBatchStream, StatisticsArgs,
        execution_plan::{Boundedness, EmissionType},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, TryStreamExt, stream};
use parquet::arrow::{ProjectionMask, async_reader::ParquetRecordBatchStreamBuilder};

use crate::{
    CancelToken, EngineError, aggregation::Protection, conditions::Conditions, job::Progress, job::Stage,
    storage::OpenFile,
};

/// Tells how much of the input was read.
#[derive(Clone)]
pub(crate) struct Meter {
    pub(crate) total: Arc<AtomicUsize>,
    pub(crate) done: Arc<AtomicUsize>,
    pub(crate) report: Arc<dyn Fn(Progress) + Send + Sync>,
    pub(crate) cancel: CancelToken,
}

impl Meter {
    fn unit_read(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.total.load(Ordering::Relaxed).max(1);
        #[expect(clippy::cast_precision_loss, reason = "a share for people")]
        let share = (done as f32 / total as f32).min(1.0);
        (self.report)(Progress { stage: Stage::Running, share });
    }
}

/// A piece of input that is read at once.
#[derive(Clone)]
pub(crate) enum Unit {
    /// One row group of an encrypted file.
    RowGroup(Box<OpenFile>, usize),
    /// Mock rows.
    Rows(RecordBatch),
}

/// A dataset as its owner lets it be seen.
pub(crate) struct RuleTable {
    pub(crate) name: String,
    /// The columns of the stored file.
    pub(crate) stored: SchemaRef,
    /// The columns that exist for the job.
    pub(crate) visible: SchemaRef,
    pub(crate) conditions: Arc<Conditions>,
    pub(crate) protection: Option<Arc<Protection>>,
    pub(crate) units: Vec<Unit>,
    pub(crate) meter: Meter,
}

impl fmt::Debug for RuleTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuleTable({})", self.name)
    }
}

impl RuleTable {
    /// Row counts may be known where no row is hidden and rows may be returned.
    fn open_statistics(&self, schema: &SchemaRef) -> Statistics {
        let mut out = Statistics::new_unknown(schema);
        if self.conditions.is_empty() && self.protection.is_none() {
            let rows = self.units.iter().map(|u| match u {
                Unit::RowGroup(file, at) => {
                    usize::try_from(file.metadata.metadata().row_group(*at).num_rows()).unwrap_or(0)
                }
                Unit::Rows(batch) => batch.num_rows(),
            });
            out.num_rows = Precision::Exact(rows.sum());
        }
        out
    }
}

#[async_trait]
impl TableProvider for RuleTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.visible)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(columns) => Arc::new(self.visible.project(columns)?),
            None => Arc::clone(&self.visible),
        };
        let width = state.config().target_partitions().clamp(1, self.units.len().max(1));
        let mut parts = vec![Vec::new(); width];
        for (at, unit) in self.units.iter().enumerate() {
            parts[at % width].push(unit.clone());
        }
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(width),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Arc::new(RuleScan {
            reading: Reading {
                table: Arc::from(self.name.as_str()),
                stored: Arc::clone(&self.stored),
                schema: Arc::clone(&schema),
                conditions: Arc::clone(&self.conditions),
                meter: self.meter.clone(),
            },
            statistics: Arc::new(self.open_statistics(&schema)),
            parts,
            properties: Arc::new(properties),
        }))
    }
}

/// The leaf.
struct RuleScan {
    reading: Reading,
    statistics: Arc<Statistics>,
    parts: Vec<Vec<Unit>>,
    properties: Arc<PlanProperties>,
}

impl fmt::Debug for RuleScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuleScan({})", self.reading.table)
    }
}

impl DisplayAs for RuleScan {
    fn fmt_as(&self, _kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuleScan({})", self.reading.table)
    }
}

impl ExecutionPlan for RuleScan {
    fn name(&self) -> &'static str {
        "RuleScan"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        _children: Vec<Arc<dyn ExecutionPlan>>,
        _options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, partition: usize, _context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let units = self.parts.get(partition).cloned().unwrap_or_default();
        let reading = self.reading.clone();
        let batches = stream::iter(units).map(move |unit| reading.clone().open(unit)).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.reading.schema), batches)))
    }

    fn statistics_from_inputs(
        &self,
        _inputs: &[Arc<Statistics>],
        args: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        Ok(match args.partition() {
            None => Arc::clone(&self.statistics),
            Some(_) => Arc::new(Statistics::new_unknown(&self.reading.schema)),
        })
    }
}

/// How a unit becomes visible rows.
#[derive(Clone)]
struct Reading {
    table: Arc<str>,
    stored: SchemaRef,
    schema: SchemaRef,
    conditions: Arc<Conditions>,
    meter: Meter,
}

type Batches = stream::BoxStream<'static, Result<RecordBatch>>;

impl Reading {
    fn open(self, unit: Unit) -> Result<Batches> {
        let input: Batches = match unit {
            Unit::Rows(batch) => stream::iter([Ok(batch)]).boxed(),
            Unit::RowGroup(file, at) => {
                let builder =
                    ParquetRecordBatchStreamBuilder::new_with_metadata(file.input(), file.metadata.clone());
                let mask = ProjectionMask::roots(builder.parquet_schema(), self.columns());
                let opened = builder.with_projection(mask).with_row_groups(vec![at]).build();
                let table = Arc::clone(&self.table);
                opened.map_err(|e| damage(&table, &e))?.map_err(move |e| damage(&table, &e)).boxed()
            }
        };
        let end = self.meter.clone();
        let visible = input.map(move |batch| self.rows(&batch?));
        Ok(visible
            .chain(stream::once(async move { end.unit_read() }).filter_map(|()| async { None }))
            .boxed())
    }

    /// The stored columns that are read: what the plan wants and what the conditions test.
    fn columns(&self) -> Vec<usize> {
        let wanted = |name: &str| {
            self.schema.fields().iter().any(|f| f.name() == name)
                || self.conditions.columns().any(|c| c == name)
        };
        self.stored.fields().iter().enumerate().filter(|(_, f)| wanted(f.name())).map(|(at, _)| at).collect()
    }

    fn rows(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        if self.meter.cancel.is_cancelled() {
            return Err(DataFusionError::External(Box::new(EngineError::Cancelled)));
        }
        let batch = if self.conditions.is_empty() {
            batch.clone()
        } else {
            filter_record_batch(batch, &self.conditions.visible(batch))?
        };
        let column = |name: &str| batch.column_by_name(name).cloned().ok_or_else(|| self.missing());
        let columns = self.schema.fields().iter().map(|f| column(f.name())).collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?)
    }

    fn missing(&self) -> DataFusionError {
        DataFusionError::External(Box::new(EngineError::NotAuthentic { table: self.table.to_string() }))
    }
}

/// What a failed read means: the store failed, or the bytes are not authentic.
fn damage(table: &str, error: &parquet::errors::ParquetError) -> DataFusionError {
    let table = table.to_owned();
    let io = matches!(error, parquet::errors::ParquetError::External(e) if e.is::<std::io::Error>());
    DataFusionError::External(Box::new(if io {
        EngineError::Unreadable { table }
    } else {
        EngineError::NotAuthentic { table }
    }))
}

/// The columns that exist for a job: the allowed ones, and the identity, which no check lets anyone use.
pub(crate) fn visible_schema(
    stored: &SchemaRef,
    allowed: Option<&[String]>,
    protection: Option<&Protection>,
) -> SchemaRef {
    let exists = |name: &String| {
        allowed.is_none_or(|a| a.contains(name)) || protection.is_some_and(|p| p.identity == *name)
    };
    let fields: Vec<_> = stored.fields().iter().filter(|f| exists(f.name())).cloned().collect();
    Arc::new(ArrowSchema::new(fields))
}
