//! The dataset key, the identity of a file, and the sealing of each file's own key under the dataset key.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use cloister_model::{DatasetId, Digest, Rng};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The version byte of a sealed file key.
const SEALED_VERSION: u8 = 1;
const NONCE_LEN: usize = 12;
const SEALED_LEN: usize = 1 + NONCE_LEN + 32 + 16;

/// A dataset's data key: 32 bytes, wiped when dropped, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey(Zeroizing<[u8; 32]>);

/// What a file is: it can be opened as nothing else, so files cannot be swapped or rolled back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileIdentity {
    /// The dataset it belongs to.
    pub dataset: DatasetId,
    /// The version of the dataset's data.
    pub version: u32,
    /// The name of the object in storage.
    pub object: String,
}

/// An encrypted file as a manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileInfo {
    /// The name of the object in storage.
    pub name: String,
    /// Its bytes.
    pub size: u64,
    /// SHA-256 of the ciphertext.
    pub sha256: Digest,
}

/// Why a file key could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The blob is not one that this crate writes.
    #[error("the file's key metadata has an unknown form")]
    Form,
    /// Wrong dataset key, dataset, version, or changed bytes.
    #[error("the file's key does not open with this dataset key and identity")]
    Authentication,
}

impl DataKey {
    /// A fresh key.
    pub fn generate(rng: &dyn Rng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill(bytes.as_mut());
        Self(bytes)
    }

    /// The key of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes; for sealing them to a broker, nothing else.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> Result<LessSafeKey, SealError> {
        UnboundKey::new(&AES_256_GCM, self.0.as_ref()).map(LessSafeKey::new).map_err(|_| SealError::Form)
    }

    /// Seals a file's key under this dataset key for `identity`'s dataset and version.
    pub(crate) fn seal(
        &self,
        file_key: &[u8; 32],
        id: &FileIdentity,
        rng: &dyn Rng,
    ) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill(&mut nonce);
        let mut body = Zeroizing::new(file_key.to_vec());
        self.cipher()?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(id.key_aad()),
                &mut *body,
            )
            .map_err(|_| SealError::Form)?;
        let mut blob = Vec::with_capacity(SEALED_LEN);
        blob.push(SEALED_VERSION);
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(&body);
        Ok(blob)
    }

    /// Opens a file's key.
    pub(crate) fn open(&self, blob: &[u8], id: &FileIdentity) -> Result<Zeroizing<Vec<u8>>, SealError> {
        if blob.len() != SEALED_LEN || blob.first() != Some(&SEALED_VERSION) {
            return Err(SealError::Form);
        }
        let (head, body) = blob.split_at(1 + NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&head[1..]).map_err(|_| SealError::Form)?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = self
            .cipher()?
            .open_in_place(nonce, Aad::from(id.key_aad()), &mut body)
            .map_err(|_| SealError::Authentication)?
            .len();
        body.truncate(length);
        Ok(body)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}

impl FileIdentity {
    /// The additional data that binds a sealed file key: dataset and version.
    fn key_aad(&self) -> Vec<u8> {
        length_prefixed(&[b"cloister/file-key/v1", self.dataset.0.as_bytes(), &self.version.to_be_bytes()])
    }

    /// What the identity that opens a raw file is bound to: dataset, object name, version.
    pub(crate) fn raw_info(&self) -> Vec<u8> {
        length_prefixed(&[
            b"cloister/raw/v1",
            self.dataset.0.as_bytes(),
            self.object.as_bytes(),
            &self.version.to_be_bytes(),
        ])
    }

    /// The prefix of every module's additional data: dataset, object name, version. Never stored in the file.
    pub(crate) fn aad_prefix(&self) -> Vec<u8> {
        length_prefixed(&[
            b"cloister/file/v1",
            self.dataset.0.as_bytes(),
            self.object.as_bytes(),
            &self.version.to_be_bytes(),
        ])
    }
}

fn length_prefixed(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}
