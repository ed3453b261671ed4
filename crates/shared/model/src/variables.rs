//! Input variables of a job and the values a run gives them.

use serde::{Deserialize, Serialize};

/// The type of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableType {
    /// Text.
    String,
    /// 64-bit signed integer.
    Integer,
    /// Finite 64-bit number.
    Float,
    /// True or false.
    Boolean,
    /// A moment, RFC 3339.
    Datetime,
    /// One of the datasets listed in the spec, by its SQL name.
    Dataset,
}

/// A variable that reviewers approve with its constraints. In SQL it is written `$name`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Its name; a lower-case identifier, unique in the job.
    pub name: crate::SqlName,
    /// The type of its value.
    #[serde(rename = "type")]
    pub kind: VariableType,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The value when a run gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Constraints joined by OR: the whole value must meet one. Empty: any value of the type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Constraint>,
}

/// A constraint on a whole value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Constraint {
    /// Between two values, both included (integer, float, datetime).
    Range(Value, Value),
    /// So many characters, both ends included (string).
    Length(u32, u32),
    /// One of these.
    OneOf(Vec<Value>),
    /// Only characters of this set, given as ranges such as `a-z0-9_` (string). A set, not a regular expression: what
    /// reviewers approve must be readable and never take exponential time.
    Characters(String),
}

/// A value of a variable. Datetimes and dataset names are text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
}
