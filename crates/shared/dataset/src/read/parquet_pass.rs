//! Parquet input: the types it may have, and the conversion to the product's six.

use std::{
    io::{Read, Seek, SeekFrom},
    sync::{Arc, Mutex, PoisonError},
};

use arrow::{
    array::{Array, ArrayRef, BooleanArray},
    compute::{CastOptions, cast_with_options, filter_record_batch},
    datatypes::{DataType, Schema as ArrowSchema},
    record_batch::RecordBatch,
};
use bytes::Bytes;
use cloister_model::schema::{Column, ColumnType, Schema};
use parquet::{
    arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    errors::ParquetError,
    file::reader::{ChunkReader, Length},
};

use super::{BATCH_ROWS, BadRow, Format, Inspection, MAX_LISTED, ReadError, ReadOptions, Source, fill};
use crate::{arrow_schema, arrow_type};

/// Random access to one source.
pub(crate) struct Chunks<S> {
    source: Arc<Mutex<S>>,
    length: u64,
}

impl<S: Source> Chunks<S> {
    pub(crate) fn new(mut source: S) -> Result<Self, ReadError> {
        let length = source.seek(SeekFrom::End(0))?;
        Ok(Self { source: Arc::new(Mutex::new(source)), length })
    }
}

impl<S: Source> Length for Chunks<S> {
    fn len(&self) -> u64 {
        self.length
    }
}

impl<S: Source> ChunkReader for Chunks<S> {
    type T = At<S>;

    fn get_read(&self, start: u64) -> Result<At<S>, ParquetError> {
        Ok(At { source: Arc::clone(&self.source), offset: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        if start.saturating_add(length as u64) > self.length {
            return Err(ParquetError::EOF("the file ends too early".to_owned()));
        }
        let mut out = vec![0; length];
        let taken = fill(&mut self.get_read(start)?, &mut out)?;
        if taken < length {
            return Err(ParquetError::EOF("the file ends too early".to_owned()));
        }
        Ok(out.into())
    }
}

/// A reader at its own offset of a shared source.
pub(crate) struct At<S> {
    source: Arc<Mutex<S>>,
    offset: u64,
}

impl<S: Source> Read for At<S> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        Seek::seek(&mut *source, SeekFrom::Start(self.offset))?;
        let taken = source.read(out)?;
        self.offset += taken as u64;
        Ok(taken)
    }
}

pub(crate) fn open<S: Source + 'static>(
    source: S,
    rows: usize,
) -> Result<ParquetRecordBatchReader, ReadError> {
    let options = ArrowReaderOptions::new();
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(Chunks::new(source)?, options)?;
    Ok(builder.with_batch_size(rows).build()?)
}

pub(crate) fn inspect(source: impl Source, options: &ReadOptions) -> Result<Inspection, ReadError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(Chunks::new(source)?)?;
    let found = schema_of(builder.schema())?;
    let given = options.schema.clone().unwrap_or_else(|| found.clone());
    let names = |s: &Schema| s.columns().iter().map(|c| c.name.clone()).collect::<Vec<_>>();
    if names(&given) != names(&found) {
        let (expected, found) = (names(&given).join(", "), names(&found).join(", "));
        return Err(ReadError::SchemaMismatch { expected, found });
    }
    let (mut rows, mut bad_rows, mut bad_row_count, mut at) = (0, Vec::new(), 0, 0);
    for batch in builder.with_batch_size(BATCH_ROWS).build()? {
        let batch = batch?;
        let (converted, bad) = convert(&batch, &given, at)?;
        at += batch.num_rows() as u64;
        rows += converted.num_rows() as u64;
        bad_row_count += bad.len() as u64;
        bad_rows.extend(bad.into_iter().take(MAX_LISTED - bad_rows.len()));
    }
    if rows == 0 && bad_rows.is_empty() {
        return Err(ReadError::NoRows);
    }
    Ok(Inspection {
        format: Format::Parquet,
        schema: given,
        rows,
        bad_rows,
        bad_row_count,
        options: options.clone(),
    })
}

fn schema_of(schema: &ArrowSchema) -> Result<Schema, ReadError> {
    let columns: Vec<Column> = schema
        .fields()
        .iter()
        .map(|f| {
            let kind = column_type(f.data_type()).ok_or_else(|| ReadError::UnsupportedType {
                column: f.name().clone(),
                kind: f.data_type().to_string(),
            })?;
            Ok(Column { name: f.name().clone(), kind, nullable: f.is_nullable() })
        })
        .collect::<Result<_, ReadError>>()?;
    Ok(Schema::try_from(columns)?)
}

fn column_type(kind: &DataType) -> Option<ColumnType> {
    match kind {
        DataType::Boolean => Some(ColumnType::Boolean),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Some(ColumnType::Integer),
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => Some(ColumnType::Integer),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => Some(ColumnType::Float),
        DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => Some(ColumnType::Float),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => {
            Some(ColumnType::String)
        }
        DataType::Date32 | DataType::Date64 => Some(ColumnType::Date),
        DataType::Timestamp(..) => Some(ColumnType::Datetime),
        DataType::Dictionary(_, value) => column_type(value),
        _ => None,
    }
}

/// The rows of a batch that fit, converted, and those that do not. `before` rows came before this batch.
pub(crate) fn convert(
    batch: &RecordBatch,
    schema: &Schema,
    before: u64,
) -> Result<(RecordBatch, Vec<BadRow>), ReadError> {
    let options = CastOptions { safe: true, ..CastOptions::default() };
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(batch.num_columns());
    let mut first_fault: std::collections::BTreeMap<usize, BadRow> = std::collections::BTreeMap::new();
    for (array, column) in batch.columns().iter().zip(schema.columns()) {
        let cast = cast_with_options(array, &arrow_type(column.kind), &options)?;
        if cast.null_count() > 0 {
            let given = array.logical_nulls();
            for row in (0..cast.len()).filter(|r| cast.is_null(*r)) {
                let was_null = given.as_ref().is_some_and(|n| n.is_null(row));
                let why = match (was_null, column.nullable) {
                    (true, true) => continue,
                    (true, false) => "empty where a value is required",
                    (false, _) => "the value does not fit the column's type",
                };
                first_fault.entry(row).or_insert_with(|| BadRow {
                    line: before + row as u64 + 1,
                    column: Some(column.name.clone()),
                    why: why.to_owned(),
                });
            }
        }
        columns.push(cast);
    }
    let keep: BooleanArray = (0..batch.num_rows()).map(|r| Some(!first_fault.contains_key(&r))).collect();
    // Built on a nullable schema first: bad rows still hold NULLs until the filter has run.
    let loose: Vec<_> =
        arrow_schema(schema).fields().iter().map(|f| f.as_ref().clone().with_nullable(true)).collect();
    let kept =
        filter_record_batch(&RecordBatch::try_new(Arc::new(ArrowSchema::new(loose)), columns)?, &keep)?;
    let strict = RecordBatch::try_new(arrow_schema(schema), kept.columns().to_vec())?;
    Ok((strict, first_fault.into_values().collect()))
}
