//! The owner's rules of a dataset: allowed columns, row conditions, analysis rule, uses, expiry.
//!
//! These are the typed rules as they stand in a signed manifest. The file format people write (`rules.toml`) is read
//! by the `dataset` crate. What each operator does with absent values: see [`Operator`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A kind of job that may use a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// SQL jobs.
    Sql,
    /// Python jobs.
    Python,
    /// No-code templates.
    Template,
    /// Workflows.
    Workflow,
}

/// What the owner allows. Enforced by the engine below every query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The columns that exist for others; absent means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_columns: Option<Vec<String>>,
    /// The kinds of job that may use the dataset; never empty.
    pub uses: BTreeSet<Use>,
    /// From this moment the dataset is not released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// Groups of row conditions joined by OR; a row is visible when one holds. Empty means every row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<ConditionGroup>,
    /// What analyses may return.
    pub analysis: Analysis,
}

/// Conditions joined by AND; never empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionGroup {
    /// The conditions.
    pub all_of: Vec<Condition>,
}

/// One test of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The column tested.
    pub column: String,
    /// How.
    pub op: Operator,
    /// What with: absent for `is empty` and `is not empty`; of the column's type otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Literal>,
}

/// A comparison. With an absent value (NULL), every operator but `is empty` is false. `is empty` holds for NULL and for
/// `''`. NaN equals nothing and is neither less nor greater than anything; `!=` holds for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// Equal.
    #[serde(rename = "=")]
    Equal,
    /// Not equal.
    #[serde(rename = "!=")]
    NotEqual,
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// Less or equal.
    #[serde(rename = "<=")]
    LessOrEqual,
    /// Greater.
    #[serde(rename = ">")]
    Greater,
    /// Greater or equal.
    #[serde(rename = ">=")]
    GreaterOrEqual,
    /// Equal to one of a list.
    #[serde(rename = "in")]
    In,
    /// NULL or the empty text.
    #[serde(rename = "is empty")]
    IsEmpty,
    /// Neither NULL nor the empty text.
    #[serde(rename = "is not empty")]
    IsNotEmpty,
}

/// A value in a condition. Dates and moments are RFC 3339 text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number; finite.
    Float(f64),
    /// Text.
    Text(String),
    /// A list, for `in`; never empty, never nested.
    List(Vec<Literal>),
}

/// What analyses of the dataset may return.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Analysis {
    /// Rows may be returned.
    None,
    /// Only aggregates over at least `threshold` distinct values of `identity`.
    Aggregation {
        /// The column that identifies a person (or whatever is to be protected).
        identity: String,
        /// The fewest distinct identities a returned group may have; at least 2.
        threshold: u64,
        /// Columns that may be grouped by (and so appear in the output).
        #[serde(default)]
        group_by: Vec<String>,
        /// Columns that may be joined on (and appear nowhere else).
        #[serde(default)]
        join_on: Vec<String>,
        /// Columns that may be aggregated, and how.
        #[serde(default)]
        aggregate: BTreeMap<String, AggregateRule>,
    },
}

/// How one column may be aggregated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AggregateRule {
    /// The functions allowed; never empty.
    pub functions: BTreeSet<AggregateFunction>,
    /// Values are clamped to `[low, high]` first; required for `sum` and `avg`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[f64; 2]>,
}

/// An aggregate that can be allowed under the rule `aggregation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AggregateFunction {
    /// Number of values that are not NULL.
    Count,
    /// Number of distinct values.
    CountDistinct,
    /// Sum.
    Sum,
    /// Mean.
    Avg,
    /// Standard deviation of the sample.
    Stddev,
}

impl Rules {
    /// Rules that allow SQL and templates on every row and column: nothing is protected.
    pub fn open() -> Self {
        Self {
            allowed_columns: None,
            uses: [Use::Sql, Use::Template].into(),
            expires: None,
            any_of: Vec::new(),
            analysis: Analysis::None,
        }
    }

    /// Whether row counts and rows of the dataset must stay hidden.
    pub fn protects(&self) -> bool {
        !self.any_of.is_empty() || !matches!(self.analysis, Analysis::None)
    }
}
