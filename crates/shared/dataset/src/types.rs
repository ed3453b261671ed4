//! The product's column types as Arrow types.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, SchemaRef, TimeUnit};
use cloister_model::schema::{ColumnType, Schema};

/// The one Arrow type that stands for a column type. Moments are UTC, so they carry no zone.
pub fn arrow_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::String => DataType::Utf8,
        ColumnType::Date => DataType::Date32,
        ColumnType::Datetime => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

/// The Arrow schema of a dataset's schema.
pub fn arrow_schema(schema: &Schema) -> SchemaRef {
    let fields: Vec<Field> =
        schema.columns().iter().map(|c| Field::new(&c.name, arrow_type(c.kind), c.nullable)).collect();
    Arc::new(arrow::datatypes::Schema::new(fields))
}
