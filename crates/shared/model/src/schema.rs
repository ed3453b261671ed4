//! A dataset's schema.

use serde::{Deserialize, Serialize};

/// The type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// True or false.
    Boolean,
    /// 64-bit signed integer.
    Integer,
    /// 64-bit IEEE 754 number.
    Float,
    /// UTF-8 text.
    String,
    /// A calendar day.
    Date,
    /// A moment in UTC, microseconds.
    Datetime,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name, unique in the schema regardless of case.
    pub name: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Whether a value may be absent.
    pub nullable: bool,
}

/// The columns of a dataset, in order. Never empty, names unique regardless of case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Column>", into = "Vec<Column>")]
pub struct Schema(Vec<Column>);

/// Why a list of columns is no schema.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// No column.
    #[error("a schema has at least one column")]
    Empty,
    /// More columns than a dataset may have.
    #[error("a schema has at most {max} columns, got {got}")]
    TooMany {
        /// The most allowed.
        max: usize,
        /// The columns given.
        got: usize,
    },
    /// A name is empty, too long, or has control characters.
    #[error("`{0}` is not a column name (1 to 128 characters, no control characters)")]
    Name(String),
    /// Two columns of one name.
    #[error("the column `{0}` appears twice (case does not distinguish)")]
    Duplicate(String),
}

impl Schema {
    /// The most columns a dataset may have.
    pub const MAX_COLUMNS: usize = 2_000;

    /// The columns in order.
    pub fn columns(&self) -> &[Column] {
        &self.0
    }

    /// The column called exactly `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.0.iter().find(|c| c.name == name)
    }
}

impl TryFrom<Vec<Column>> for Schema {
    type Error = SchemaError;
    fn try_from(columns: Vec<Column>) -> Result<Self, SchemaError> {
        if columns.is_empty() {
            return Err(SchemaError::Empty);
        }
        if columns.len() > Self::MAX_COLUMNS {
            return Err(SchemaError::TooMany { max: Self::MAX_COLUMNS, got: columns.len() });
        }
        let mut seen = std::collections::BTreeSet::new();
        for column in &columns {
            let count = column.name.chars().count();
            if count == 0 || count > 128 || column.name.chars().any(char::is_control) {
                return Err(SchemaError::Name(column.name.chars().take(80).collect()));
            }
            if !seen.insert(column.name.to_lowercase()) {
                return Err(SchemaError::Duplicate(column.name.clone()));
            }
        }
        Ok(Self(columns))
    }
}

impl From<Schema> for Vec<Column> {
    fn from(schema: Schema) -> Self {
        schema.0
    }
}
