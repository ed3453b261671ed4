//! Readers of CSV and Parquet: two streaming passes, memory that stays flat.
//!
//! [`inspect`] reads the whole file once: it sniffs the dialect, infers (or takes) the schema and lists the rows that
//! do not fit. [`batches`] reads it again and converts. An empty CSV field is NULL in every type. A column's inferred
//! type is the narrowest of boolean, integer, float, date, datetime that *every* value of the file has, else text;
//! numbers with leading zeros are text, because the zeros would be lost.

use std::io::{Read, Seek, SeekFrom};

use arrow::{
    record_batch::RecordBatch,
    util::display::{ArrayFormatter, FormatOptions},
};
use cloister_model::schema::{Schema, SchemaError};

pub use self::{
    batches::Batches,
    csv_dialect::Dialect,
    values::{parse_date, parse_datetime},
};

mod batches;
mod csv_dialect;
mod csv_pass;
mod parquet_pass;
#[cfg(test)]
mod tests;
mod values;

/// The most bytes of one CSV row; more is a broken file (a quote that never closes).
pub const MAX_ROW_BYTES: u64 = 16 << 20;
/// Rows of a batch.
pub(crate) const BATCH_ROWS: usize = 8_192;
/// Bad rows that are described; the rest is counted.
pub(crate) const MAX_LISTED: usize = 100;

/// A file that can be read twice.
pub trait Source: Read + Seek + Send + 'static {}
impl<T: Read + Seek + Send + 'static> Source for T {}

/// How to read a file.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Whether the first row of a CSV file names the columns; without, they are `c1` to `cn`.
    pub header: bool,
    /// The owner's schema instead of inference.
    pub schema: Option<Schema>,
    /// Leave rows out that do not fit, instead of refusing the file.
    pub skip_bad_rows: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { header: true, schema: None, skip_bad_rows: false }
    }
}

/// A row that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BadRow {
    /// Its line in the file (its row number for Parquet), from 1.
    pub line: u64,
    /// The column, when one is at fault.
    pub column: Option<String>,
    /// What is wrong.
    pub why: String,
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text with a delimiter.
    Csv(Dialect),
    /// Parquet in plaintext.
    Parquet,
}

/// What the first pass found.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The format.
    pub format: Format,
    /// The schema, inferred or the owner's.
    pub schema: Schema,
    /// Rows that fit.
    pub rows: u64,
    /// The first bad rows.
    pub bad_rows: Vec<BadRow>,
    /// All bad rows.
    pub bad_row_count: u64,
    pub(crate) options: ReadOptions,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file itself failed.
    #[error("the file could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// No byte.
    #[error("the file is empty")]
    Empty,
    /// No row that fits.
    #[error("the file has no rows")]
    NoRows,
    /// A row longer than [`MAX_ROW_BYTES`].
    #[error("the row at line {line} is longer than {max} bytes; a quote may not be closed", max = MAX_ROW_BYTES)]
    RowTooLong {
        /// Where.
        line: u64,
    },
    /// The column names make no schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The owner's schema has other columns than the file.
    #[error("the schema has the columns {expected}, the file has {found}")]
    SchemaMismatch {
        /// The schema's.
        expected: String,
        /// The file's.
        found: String,
    },
    /// A Parquet column of a type that datasets do not have.
    #[error("the column `{column}` has the type {kind}, which datasets do not have")]
    UnsupportedType {
        /// The column.
        column: String,
        /// Its type.
        kind: String,
    },
    /// An encrypted file was given where plaintext is read.
    #[error("the file is already encrypted Parquet")]
    AlreadyEncrypted,
    /// Rows that do not fit, and skipping was not asked for.
    #[error("{count} rows do not fit; the first is line {}: {}", first.line, first.why)]
    BadRows {
        /// How many.
        count: u64,
        /// The first.
        first: Box<BadRow>,
    },
    /// The Parquet reader failed.
    #[error("the file is not valid Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A batch could not be built.
    #[error("the rows could not be converted: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
}

/// Reads the whole file once.
pub fn inspect(mut source: impl Source, options: &ReadOptions) -> Result<Inspection, ReadError> {
    let mut head = [0; 4];
    let taken = fill(&mut source, &mut head)?;
    source.seek(SeekFrom::Start(0))?;
    match (taken, &head) {
        (0, _) => Err(ReadError::Empty),
        (_, b"PARE") => Err(ReadError::AlreadyEncrypted),
        (_, b"PAR1") => parquet_pass::inspect(source, options),
        _ => csv_pass::inspect(source, options),
    }
}

/// Reads the file a second time, as batches of the inspection's schema. Refuses when rows do not fit, unless the
/// options said to skip them.
pub fn batches<S: Source>(source: S, inspection: &Inspection) -> Result<Batches<S>, ReadError> {
    if let (Some(first), false) = (inspection.bad_rows.first(), inspection.options.skip_bad_rows) {
        return Err(ReadError::BadRows { count: inspection.bad_row_count, first: Box::new(first.clone()) });
    }
    Batches::open(source, inspection, BATCH_ROWS)
}

/// The first `rows` rows as text; NULL is `None`. Rows that do not fit are left out.
pub fn preview(
    source: impl Source,
    inspection: &Inspection,
    rows: usize,
) -> Result<Vec<Vec<Option<String>>>, ReadError> {
    let mut out = Vec::new();
    for batch in Batches::open(source, inspection, rows.clamp(1, BATCH_ROWS))? {
        let batch = batch?;
        for row in text_rows(&batch)? {
            if out.len() == rows {
                return Ok(out);
            }
            out.push(row);
        }
    }
    Ok(out)
}

fn text_rows(batch: &RecordBatch) -> Result<Vec<Vec<Option<String>>>, ReadError> {
    let options = FormatOptions::default();
    let columns: Vec<ArrayFormatter<'_>> = batch
        .columns()
        .iter()
        .map(|c| ArrayFormatter::try_new(c.as_ref(), &options))
        .collect::<Result<_, _>>()?;
    Ok((0..batch.num_rows())
        .map(|row| {
            let cell = |(formatter, array): (&ArrayFormatter<'_>, &arrow::array::ArrayRef)| {
                (!array.is_null(row)).then(|| formatter.value(row).to_string())
            };
            columns.iter().zip(batch.columns()).map(cell).collect()
        })
        .collect())
}

pub(crate) fn fill(source: &mut impl Read, out: &mut [u8]) -> std::io::Result<usize> {
    let mut taken = 0;
    while taken < out.len() {
        match source.read(&mut out[taken..])? {
            0 => break,
            n => taken += n,
        }
    }
    Ok(taken)
}
