//! The second pass: rows to Arrow batches.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
        TimestampMicrosecondBuilder,
    },
    datatypes::SchemaRef,
    record_batch::RecordBatch,
};
use cloister_model::schema::{ColumnType, Schema};
use csv::ByteRecord;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::{
    Format, Inspection, ReadError, Source,
    csv_pass::{Rows, fault, moment},
    parquet_pass,
    values::{parse_bool, parse_date, parse_float, parse_integer},
};
use crate::arrow_schema;

/// Batches of a file; rows that do not fit are left out. Ends after the first error.
pub struct Batches<S: Source> {
    input: Input<S>,
    schema: Schema,
    arrow: SchemaRef,
    batch_rows: usize,
    done: bool,
}

enum Input<S: Source> {
    Csv(Box<Rows<S>>),
    Parquet(Box<ParquetRecordBatchReader>),
}

impl<S: Source> Batches<S> {
    pub(crate) fn open(mut source: S, inspection: &Inspection, batch_rows: usize) -> Result<Self, ReadError> {
        source.seek(std::io::SeekFrom::Start(0))?;
        let input = match inspection.format {
            Format::Csv(dialect) => {
                Input::Csv(Box::new(Rows::open(source, dialect, inspection.options.header)?))
            }
            Format::Parquet => Input::Parquet(Box::new(parquet_pass::open(source, batch_rows)?)),
        };
        let schema = inspection.schema.clone();
        Ok(Self { input, arrow: arrow_schema(&schema), schema, batch_rows, done: false })
    }

    fn csv(&mut self) -> Result<Option<RecordBatch>, ReadError> {
        let Input::Csv(rows) = &mut self.input else { return Ok(None) };
        let columns = self.schema.columns();
        let mut builders: Vec<Builder> = columns.iter().map(|c| Builder::new(c.kind)).collect();
        let (mut record, mut taken) = (ByteRecord::new(), 0);
        while taken < self.batch_rows && rows.next(&mut record)? {
            if fault(&record, columns).is_some() {
                continue;
            }
            for (builder, field) in builders.iter_mut().zip(&record) {
                builder.push(std::str::from_utf8(field).unwrap_or_default());
            }
            taken += 1;
        }
        if taken == 0 {
            return Ok(None);
        }
        let arrays = builders.into_iter().map(Builder::finish).collect();
        Ok(Some(RecordBatch::try_new(Arc::clone(&self.arrow), arrays)?))
    }

    fn parquet(&mut self) -> Result<Option<RecordBatch>, ReadError> {
        let Input::Parquet(reader) = &mut self.input else { return Ok(None) };
        match reader.next() {
            None => Ok(None),
            Some(batch) => Ok(Some(parquet_pass::convert(&batch?, &self.schema, 0)?.0)),
        }
    }
}

impl<S: Source> Iterator for Batches<S> {
    type Item = Result<RecordBatch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = match &self.input {
            Input::Csv(_) => self.csv(),
            Input::Parquet(_) => self.parquet(),
        };
        self.done = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

enum Builder {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Float(Float64Builder),
    String(StringBuilder),
    Date(Date32Builder),
    Datetime(TimestampMicrosecondBuilder),
}

impl Builder {
    fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::Integer => Self::Integer(Int64Builder::new()),
            ColumnType::Float => Self::Float(Float64Builder::new()),
            ColumnType::String => Self::String(StringBuilder::new()),
            ColumnType::Date => Self::Date(Date32Builder::new()),
            ColumnType::Datetime => Self::Datetime(TimestampMicrosecondBuilder::new()),
        }
    }

    /// Adds a field that was checked before; an empty one is NULL.
    fn push(&mut self, text: &str) {
        match self {
            Self::Boolean(b) => b.append_option(parse_bool(text)),
            Self::Integer(b) => b.append_option(parse_integer(text)),
            Self::Float(b) => b.append_option(parse_float(text)),
            Self::String(b) => b.append_option((!text.is_empty()).then_some(text)),
            Self::Date(b) => b.append_option(parse_date(text)),
            Self::Datetime(b) => b.append_option(moment(text)),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Boolean(mut b) => Arc::new(b.finish()),
            Self::Integer(mut b) => Arc::new(b.finish()),
            Self::Float(mut b) => Arc::new(b.finish()),
            Self::String(mut b) => Arc::new(b.finish()),
            Self::Date(mut b) => Arc::new(b.finish()),
            Self::Datetime(mut b) => Arc::new(b.finish()),
        }
    }
}
