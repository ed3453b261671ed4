//! Why a job did not give a result. Codes are stable; no error carries a value of the data.

use cloister_dataset::rules_file::RulesError;

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// A check that can refuse a job, by its stable name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum PlanCheck { $($(#[$doc])* $name),+ }

        impl PlanCheck {
            /// Every check.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

checks! {
    /// The text hides something: control or direction characters, or it is too long.
    StatementText = "statement.text",
    /// Not exactly one statement.
    StatementSingle = "statement.single",
    /// Anything but a query: DDL, DML, COPY, EXPLAIN, SHOW, SET, PREPARE, DESCRIBE.
    StatementKind = "statement.kind",
    /// A table, file or table function that is not one of the job's tables.
    StatementTable = "statement.table",
    /// A plan node outside the list: recursion, unnest, writes.
    PlanNode = "plan.node",
    /// An expression outside the list.
    PlanExpression = "plan.expression",
    /// A function outside the list.
    PlanFunction = "plan.function",
    /// Two output columns of one name, or a name reserved for the engine.
    PlanOutput = "plan.output",
    /// A protected dataset is used in another shape than select over one aggregate.
    RuleShape = "rule.shape",
    /// A subquery inside an expression.
    RuleSubquery = "rule.subquery",
    /// A window function.
    RuleWindow = "rule.window",
    /// UNION, INTERSECT, EXCEPT or VALUES.
    RuleSetOperation = "rule.set_operation",
    /// LIMIT, DISTINCT or ORDER below the aggregate.
    RuleLimit = "rule.limit",
    /// An expression on rows outside the list: CASE, arithmetic, other functions.
    RuleExpression = "rule.expression",
    /// A row filter on a column that is not in `group_by`.
    RuleFilter = "rule.filter",
    /// Grouping by a column that is not in `group_by`.
    RuleGroupBy = "rule.group_by",
    /// GROUPING SETS, ROLLUP or CUBE.
    RuleGroupingSets = "rule.grouping_sets",
    /// A join that is not inner, joins a protected dataset with itself, or joins on nothing.
    RuleJoin = "rule.join",
    /// A join on a column that is not in `join_on`.
    RuleJoinOn = "rule.join_on",
    /// A join-only column used elsewhere.
    RuleJoinOnly = "rule.join_only",
    /// An aggregate that the owner did not allow.
    RuleAggregate = "rule.aggregate",
    /// FILTER, ORDER BY or NULL treatment inside an aggregate.
    RuleAggregateClause = "rule.aggregate_clause",
}

/// Why a job failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// A check refused it.
    #[error("refused by the check {}", check.name())]
    Refused {
        /// The check.
        check: PlanCheck,
    },
    /// The SQL does not parse or plan. Planning never sees data, so its words are safe to show.
    #[error("the SQL is not valid: {detail}")]
    Sql {
        /// What the planner said.
        detail: String,
    },
    /// A variable has no value, or a value has no variable's name.
    #[error("the variables of the SQL and the values given do not match")]
    Variables,
    /// The rules do not fit the schema.
    #[error("the rules of the table `{table}` do not fit its schema: {why}")]
    Rules {
        /// The table.
        table: String,
        /// Why.
        why: String,
    },
    /// Two tables of one name, or a column name that the engine keeps for itself.
    #[error("the table `{table}` cannot be registered")]
    Table {
        /// The table.
        table: String,
    },
    /// A stored object is plaintext where encryption is required.
    #[error("an object of the table `{table}` is not encrypted")]
    NotEncrypted {
        /// The table.
        table: String,
    },
    /// A stored object is not the one that was approved: wrong size, digest, identity, key, schema or changed bytes.
    #[error("an object of the table `{table}` is not the one that was approved")]
    NotAuthentic {
        /// The table.
        table: String,
    },
    /// A stored object could not be read.
    #[error("an object of the table `{table}` could not be read")]
    Unreadable {
        /// The table.
        table: String,
    },
    /// The query needs more memory than the job may use.
    #[error("the query needs more memory than the job may use")]
    Memory,
    /// The result has more rows than the job may return.
    #[error("the result has more than {max} rows")]
    TooManyRows {
        /// The most allowed.
        max: usize,
    },
    /// Cancelled.
    #[error("the run was cancelled")]
    Cancelled,
    /// Anything else, on purpose without words: they could carry values.
    #[error("the query failed while it ran")]
    Execution,
}

impl EngineError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { check } => check.name(),
            Self::Sql { .. } => "sql.invalid",
            Self::Variables => "sql.variables",
            Self::Rules { .. } => "table.rules",
            Self::Table { .. } => "table.name",
            Self::NotEncrypted { .. } => "input.not_encrypted",
            Self::NotAuthentic { .. } => "input.not_authentic",
            Self::Unreadable { .. } => "input.unreadable",
            Self::Memory => "run.memory",
            Self::TooManyRows { .. } => "run.rows",
            Self::Cancelled => "run.cancelled",
            Self::Execution => "run.failed",
        }
    }

    pub(crate) fn rules(table: &str, why: &RulesError) -> Self {
        Self::Rules { table: table.to_owned(), why: why.to_string() }
    }
}

/// The refusal of a check.
pub(crate) fn refuse<T>(check: PlanCheck) -> Result<T, EngineError> {
    Err(EngineError::Refused { check })
}

/// An error of planning: it never saw data, so its first line is shown.
pub(crate) fn planning(error: &datafusion::error::DataFusionError) -> EngineError {
    let text = error.strip_backtrace();
    if text.contains("Invalid function") {
        return EngineError::Refused { check: PlanCheck::PlanFunction };
    }
    EngineError::Sql { detail: text.lines().next().unwrap_or_default().chars().take(300).collect() }
}

/// An error of execution: only its kind passes.
pub(crate) fn execution(error: &datafusion::error::DataFusionError) -> EngineError {
    use datafusion::error::DataFusionError as E;
    match error.find_root() {
        E::ResourcesExhausted(_) => EngineError::Memory,
        E::External(inner) => inner.downcast_ref::<EngineError>().cloned().unwrap_or(EngineError::Execution),
        _other => innermost(error).unwrap_or(EngineError::Execution),
    }
}

/// Our own error, wherever it sits in the chain.
fn innermost(error: &datafusion::error::DataFusionError) -> Option<EngineError> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(e) = next {
        if let Some(own) = e.downcast_ref::<EngineError>() {
            return Some(own.clone());
        }
        next = e.source();
    }
    None
}
