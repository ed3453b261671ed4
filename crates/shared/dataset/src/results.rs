//! A decrypted result as people take it away.

use arrow::csv::WriterBuilder;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Why a result could not be converted.
#[derive(Debug, thiserror::Error)]
pub enum ResultError {
    /// The bytes are no Parquet file.
    #[error("the result is no Parquet file: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A value could not be written.
    #[error("the result could not be written as CSV: {0}")]
    Csv(#[from] arrow::error::ArrowError),
}

/// A result as batches of rows.
pub fn result_batches(parquet: &[u8]) -> Result<Vec<arrow::record_batch::RecordBatch>, ResultError> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(parquet))?.build()?;
    Ok(reader.collect::<Result<_, _>>()?)
}

/// A result as CSV with a header; NULL is an empty field.
pub fn result_to_csv(parquet: &[u8]) -> Result<Vec<u8>, ResultError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(parquet))?;
    let empty = arrow::record_batch::RecordBatch::new_empty(builder.schema().clone());
    let mut out = Vec::new();
    {
        let mut writer = WriterBuilder::new().with_header(true).build(&mut out);
        writer.write(&empty)?;
        for batch in builder.build()? {
            writer.write(&batch?)?;
        }
    }
    Ok(out)
}
