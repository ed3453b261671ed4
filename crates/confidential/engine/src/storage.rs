//! Ciphertext by ranges: the reader a worker gives, whole-file verification, and opening an encrypted file.

use std::{io, ops::Range, sync::Arc};

use arrow::datatypes::Schema as ArrowSchema;
use bytes::Bytes;
use cloister_dataset::{
    DataKey, FileIdentity, FileInfo,
    decrypt::{check_magic, decryption},
};
use cloister_model::Digest;
use futures::{FutureExt, future::BoxFuture};
use parquet::{
    arrow::{
        arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
        async_reader::AsyncFileReader,
    },
    errors::ParquetError,
    file::metadata::{ParquetMetaData, ParquetMetaDataReader},
};
use sha2::{Digest as _, Sha256};

use crate::EngineError;

/// Reads ranges of one object's ciphertext.
pub trait RangeReader: Send + Sync {
    /// Exactly these bytes, or an error.
    fn read(&self, range: Range<u64>) -> BoxFuture<'_, io::Result<Bytes>>;
}

/// An object in memory.
pub struct MemoryFile(pub Bytes);

impl RangeReader for MemoryFile {
    fn read(&self, range: Range<u64>) -> BoxFuture<'_, io::Result<Bytes>> {
        let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else {
            return async { Err(io::ErrorKind::InvalidInput.into()) }.boxed();
        };
        let out = if start <= end && end <= self.0.len() {
            Ok(self.0.slice(start..end))
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        };
        async { out }.boxed()
    }
}

const VERIFY_CHUNK: u64 = 4 << 20;

/// Reads an object once from end to end and compares its digest with the manifest's. `Ok(false)`: it is another one.
pub async fn verify_file(reader: &dyn RangeReader, info: &FileInfo) -> io::Result<bool> {
    let (mut hash, mut at) = (Sha256::new(), 0);
    while at < info.size {
        let end = info.size.min(at + VERIFY_CHUNK);
        hash.update(reader.read(at..end).await?);
        at = end;
    }
    Ok(Digest(hash.finalize().into()) == info.sha256)
}

/// An object that was opened: its footer is authentic.
#[derive(Clone)]
pub(crate) struct OpenFile {
    reader: Arc<dyn RangeReader>,
    pub(crate) metadata: ArrowReaderMetadata,
}

/// Opens an object as `identity` and nothing else; its columns must be `schema`.
pub(crate) async fn open_file(
    table: &str,
    reader: Arc<dyn RangeReader>,
    info: &FileInfo,
    key: &DataKey,
    identity: &FileIdentity,
    schema: &ArrowSchema,
) -> Result<OpenFile, EngineError> {
    let unreadable = |_| EngineError::Unreadable { table: table.to_owned() };
    let not_authentic = || EngineError::NotAuthentic { table: table.to_owned() };
    if info.size < 12 {
        return Err(not_authentic());
    }
    let first = magic(&reader.read(0..4).await.map_err(unreadable)?);
    let last = magic(&reader.read(info.size - 4..info.size).await.map_err(unreadable)?);
    check_magic(first, last).map_err(|_| EngineError::NotEncrypted { table: table.to_owned() })?;
    let properties = decryption(key, identity).map_err(|_| not_authentic())?;
    let options = ArrowReaderOptions::new().with_file_decryption_properties(properties);
    let mut ranges = Ranges { reader: Arc::clone(&reader), size: info.size };
    let metadata =
        ArrowReaderMetadata::load_async(&mut ranges, options).await.map_err(|_| not_authentic())?;
    let same = |(a, b): (&Arc<arrow::datatypes::Field>, &Arc<arrow::datatypes::Field>)| {
        a.name() == b.name() && a.data_type() == b.data_type()
    };
    let found = metadata.schema().fields();
    if found.len() != schema.fields().len() || !found.iter().zip(schema.fields()).all(same) {
        return Err(not_authentic());
    }
    Ok(OpenFile { reader, metadata })
}

fn magic(bytes: &Bytes) -> [u8; 4] {
    bytes.as_ref().try_into().unwrap_or_default()
}

impl OpenFile {
    /// Input for a stream over this file.
    pub(crate) fn input(&self) -> Ranges {
        Ranges { reader: Arc::clone(&self.reader), size: 0 }
    }
}

/// A range reader as the Parquet reader wants it.
pub(crate) struct Ranges {
    reader: Arc<dyn RangeReader>,
    size: u64,
}

impl AsyncFileReader for Ranges {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, ParquetError>> {
        let wanted = range.end.saturating_sub(range.start);
        async move {
            let bytes = self.reader.read(range).await?;
            if bytes.len() as u64 == wanted {
                Ok(bytes)
            } else {
                Err(ParquetError::EOF("short read".to_owned()))
            }
        }
        .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>, ParquetError>> {
        let properties = options.and_then(|o| o.file_decryption_properties()).cloned();
        async move {
            let size = self.size;
            let reader = ParquetMetaDataReader::new().with_decryption_properties(properties);
            Ok(Arc::new(reader.load_and_finish(self, size).await?))
        }
        .boxed()
    }
}
