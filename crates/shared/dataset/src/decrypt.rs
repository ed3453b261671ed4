//! What a reader needs to open an encrypted file, and the refusal of files that are not encrypted.

use std::sync::Arc;

use parquet::{
    encryption::decrypt::{FileDecryptionProperties, KeyRetriever},
    errors::ParquetError,
};

use crate::{DataKey, FileIdentity};

/// The bytes an encrypted Parquet file begins and ends with.
pub const ENCRYPTED_MAGIC: [u8; 4] = *b"PARE";
const PLAIN_MAGIC: [u8; 4] = *b"PAR1";

/// Why a file is no encrypted Parquet file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MagicError {
    /// A Parquet file in plaintext.
    #[error("the file is plaintext Parquet where encrypted Parquet is required")]
    Plaintext,
    /// Something else.
    #[error("the file is no encrypted Parquet")]
    NotEncrypted,
}

/// Checks the first and last four bytes of a file.
pub fn check_magic(first: [u8; 4], last: [u8; 4]) -> Result<(), MagicError> {
    for magic in [first, last] {
        if magic == PLAIN_MAGIC {
            return Err(MagicError::Plaintext);
        }
        if magic != ENCRYPTED_MAGIC {
            return Err(MagicError::NotEncrypted);
        }
    }
    Ok(())
}

struct Unsealer {
    key: DataKey,
    identity: FileIdentity,
}

impl KeyRetriever for Unsealer {
    fn retrieve_key(&self, key_metadata: &[u8]) -> Result<Vec<u8>, ParquetError> {
        let key =
            self.key.open(key_metadata, &self.identity).map_err(|e| ParquetError::External(Box::new(e)))?;
        Ok(key.to_vec())
    }
}

/// The properties that open a file which *is* `identity`, and refuse every other.
pub fn decryption(
    key: &DataKey,
    identity: &FileIdentity,
) -> Result<Arc<FileDecryptionProperties>, ParquetError> {
    let unsealer = Unsealer { key: key.clone(), identity: identity.clone() };
    FileDecryptionProperties::with_key_retriever(Arc::new(unsealer))
        .with_aad_prefix(identity.aad_prefix())
        .build()
}
