//! Writes batches as encrypted Parquet: Modular Encryption, AES-256-GCM, encrypted footer, one random key a file.
//!
//! The file's key is sealed under the dataset key into `key_metadata`; the prefix that names dataset, object and
//! version is not stored, so a reader must already know which file it wants. The writer refuses itself when what it
//! writes does not begin with `PARE`: plaintext never leaves through here.

use std::io::{self, Write};

use arrow::record_batch::RecordBatch;
use cloister_model::{Digest, Rng, schema::Schema};
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    basic::{Compression, ZstdLevel},
    encryption::encrypt::FileEncryptionProperties,
    errors::ParquetError,
    file::properties::WriterProperties,
};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{
    DataKey, FileIdentity, FileInfo, SealError, arrow_schema, decrypt::ENCRYPTED_MAGIC, read::ReadError,
};

/// Rows of a row group at most: what a reader can skip or share at once.
const ROW_GROUP_ROWS: usize = 131_072;
/// Bytes a row group may take in memory before it is written.
const ROW_GROUP_BYTES: usize = 64 << 20;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum EncryptError {
    /// The input failed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The Parquet writer failed, the sink included.
    #[error("the encrypted file could not be written: {0}")]
    Write(#[from] ParquetError),
    /// The file key could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The writer produced something that is not encrypted Parquet.
    #[error("the writer produced a file that is not encrypted, so it was refused")]
    NotEncrypted,
}

/// What has been written so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows taken from the input.
    pub rows: u64,
    /// Bytes of ciphertext given to the sink.
    pub bytes: u64,
}

/// Writes `batches` (of exactly `schema`) as the encrypted file `identity` into `sink`.
pub fn encrypt<W: Write + Send>(
    batches: impl Iterator<Item = Result<RecordBatch, ReadError>>,
    schema: &Schema,
    key: &DataKey,
    identity: &FileIdentity,
    rng: &dyn Rng,
    sink: W,
    progress: &mut dyn FnMut(Written),
) -> Result<FileInfo, EncryptError> {
    let properties = properties(key, identity, rng)?;
    let options = ArrowWriterOptions::new().with_properties(properties);
    let mut writer =
        ArrowWriter::try_new_with_options(HashingSink::new(sink), arrow_schema(schema), options)?;
    let mut rows = 0;
    for batch in batches {
        let batch = batch?;
        writer.write(&batch)?;
        rows += batch.num_rows() as u64;
        if writer.in_progress_size() > ROW_GROUP_BYTES {
            writer.flush()?;
        }
        progress(Written { rows, bytes: writer.inner().size });
    }
    writer.finish()?;
    let sink = writer.inner_mut();
    sink.flush().map_err(ParquetError::from)?;
    if sink.head != ENCRYPTED_MAGIC {
        return Err(EncryptError::NotEncrypted);
    }
    progress(Written { rows, bytes: sink.size });
    let sha256 = Digest(std::mem::take(&mut sink.hash).finalize().into());
    Ok(FileInfo { name: identity.object.clone(), size: sink.size, sha256 })
}

fn properties(
    key: &DataKey,
    identity: &FileIdentity,
    rng: &dyn Rng,
) -> Result<WriterProperties, EncryptError> {
    let mut file_key = Zeroizing::new([0; 32]);
    rng.fill(file_key.as_mut());
    let encryption = FileEncryptionProperties::builder(file_key.to_vec())
        .with_footer_key_metadata(key.seal(&file_key, identity, rng)?)
        .with_aad_prefix(identity.aad_prefix())
        .with_aad_prefix_storage(false)
        .build()?;
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_created_by("cloister".to_owned())
        .with_file_encryption_properties(encryption)
        .build())
}

/// Counts and hashes what goes through, and lets nothing through before it has seen the magic of encrypted Parquet.
struct HashingSink<W> {
    inner: W,
    hash: Sha256,
    size: u64,
    head: [u8; 4],
}

impl<W: Write> HashingSink<W> {
    fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), size: 0, head: [0; 4] }
    }
}

impl<W: Write> Write for HashingSink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let seen = usize::try_from(self.size).unwrap_or(usize::MAX);
        for (at, byte) in (seen..4).zip(bytes) {
            if *byte != ENCRYPTED_MAGIC[at] {
                return Err(io::Error::other("refused to write a file that is not encrypted"));
            }
            self.head[at] = *byte;
        }
        let taken = self.inner.write(bytes)?;
        self.hash.update(&bytes[..taken]);
        self.size += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
