//! A raw file becomes encrypted Parquet: what the worker does between opening the one and sealing the other, and the
//! document that tells the owner of it.

use std::io::{self, Read, Seek, SeekFrom};

use cloister_model::{Digest, schema::Schema};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    DataKey, FileIdentity, FileInfo,
    raw::{self, RawError},
    read::{BadRow, Format, Inspection},
};

const CHUNK: usize = 256 << 10;

/// Size and digest of a file before encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plaintext {
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Digest,
}

/// What an ingest tells the owner, and nobody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// 1.
    pub version: u32,
    /// The fresh data key, 64 hexadecimal digits; only when it succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "key_text")]
    pub data_key: Option<DataKey>,
    /// The encrypted file; only when it succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileInfo>,
    /// Why it failed, one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// `csv` or `parquet`, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The columns, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Schema>,
    /// Rows that fit.
    pub rows: u64,
    /// Rows that do not.
    pub bad_row_count: u64,
    /// The first of them.
    pub bad_rows: Vec<BadRow>,
    /// The file as it was, once it opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plaintext: Option<Plaintext>,
}

impl Report {
    /// A report that says nothing yet.
    pub const fn new() -> Self {
        Self {
            version: 1,
            data_key: None,
            file: None,
            problem: None,
            format: None,
            schema: None,
            rows: 0,
            bad_row_count: 0,
            bad_rows: Vec::new(),
            plaintext: None,
        }
    }

    /// Says what the first pass found.
    pub fn inspected(&mut self, found: &Inspection) {
        let format = match found.format {
            Format::Csv(_) => "csv",
            Format::Parquet => "parquet",
        };
        self.format = Some(format.into());
        self.schema = Some(found.schema.clone());
        self.rows = found.rows;
        self.bad_row_count = found.bad_row_count;
        self.bad_rows.clone_from(&found.bad_rows);
    }
}

impl Default for Report {
    fn default() -> Self {
        Self::new()
    }
}

mod key_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use zeroize::Zeroizing;

    use crate::DataKey;

    #[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
    pub(super) fn serialize<S: Serializer>(key: &Option<DataKey>, to: S) -> Result<S::Ok, S::Error> {
        match key {
            Some(key) => to.serialize_some(Zeroizing::new(hex::encode(key.expose())).as_str()),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DataKey>, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)?.map(Zeroizing::new) else { return Ok(None) };
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.as_str(), bytes.as_mut()).map_err(D::Error::custom)?;
        Ok(Some(DataKey::from_bytes(*bytes)))
    }
}

/// Whether raw ciphertext is what its manifest says.
#[derive(Debug)]
pub enum Compared {
    /// It is; the file inside.
    Same(Plaintext),
    /// Other bytes, or not sealed under this key as this file, or cut.
    Other,
}

/// Reads a raw file once from end to end: its ciphertext must be `info`'s, its plaintext authentic to the last byte.
/// An error is the source's own.
pub fn compare<R: Read>(
    source: R,
    info: &FileInfo,
    key: &DataKey,
    identity: &FileIdentity,
) -> io::Result<Compared> {
    let mut hashing = Hashing { inner: source, hash: Sha256::new(), size: 0, failed: None };
    let read = read_all(&mut hashing, key, identity);
    if let Some(error) = hashing.failed {
        return Err(error);
    }
    let same = hashing.size == info.size && Digest(hashing.hash.finalize().into()) == info.sha256;
    Ok(match read {
        Some(plaintext) if same => Compared::Same(plaintext),
        Some(_) | None => Compared::Other,
    })
}

fn read_all<R: Read>(source: &mut Hashing<R>, key: &DataKey, identity: &FileIdentity) -> Option<Plaintext> {
    let mut opened = raw::open(key, identity, &mut *source).ok()?;
    let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, zeroize::Zeroizing::new(vec![0; CHUNK]));
    loop {
        let taken = opened.read(&mut buffer).ok()?;
        match buffer.get(..taken) {
            Some(bytes) if !bytes.is_empty() => hash.update(bytes),
            Some(_) | None => break,
        }
        size += taken as u64;
    }
    Some(Plaintext { size, sha256: Digest(hash.finalize().into()) })
}

/// Hashes what goes through and keeps the source's own failure apart from a file that does not open.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
    size: u64,
    failed: Option<io::Error>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(out) {
            Ok(taken) => {
                self.hash.update(&out[..taken]);
                self.size += taken as u64;
                Ok(taken)
            }
            Err(error) => {
                let kind = error.kind();
                self.failed = Some(error);
                Err(kind.into())
            }
        }
    }
}

/// Opens a raw file for the readers, which begin anew in each pass.
pub fn open<R: Read + Seek + Send + 'static>(
    mut source: R,
    key: &DataKey,
    identity: &FileIdentity,
) -> Result<raw::Opened<R>, RawError> {
    source.seek(SeekFrom::Start(0)).map_err(RawError::Source)?;
    raw::open(key, identity, source)
}

#[cfg(test)]
mod tests;
