//! The schema file an owner may give with `--schema`: `[[column]]` tables with `name`, `type`, `nullable`.

use cloister_model::schema::{Column, ColumnType, Schema, SchemaError};
use serde::Deserialize;

/// Why a schema file was refused.
#[derive(Debug, thiserror::Error)]
pub enum SchemaFileError {
    /// No TOML of the known form.
    #[error("the schema file is not valid: {0}")]
    Form(String),
    /// The columns make no schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    column: Vec<FileColumn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileColumn {
    name: String,
    #[serde(rename = "type")]
    kind: ColumnType,
    #[serde(default = "yes")]
    nullable: bool,
}

fn yes() -> bool {
    true
}

/// Reads a schema file. `nullable` is true when absent.
pub fn parse(toml_text: &str) -> Result<Schema, SchemaFileError> {
    let file: File = toml::from_str(toml_text).map_err(|e| SchemaFileError::Form(e.message().to_owned()))?;
    let columns: Vec<Column> = file
        .column
        .into_iter()
        .map(|c| Column { name: c.name, kind: c.kind, nullable: c.nullable })
        .collect();
    Ok(Schema::try_from(columns)?)
}
