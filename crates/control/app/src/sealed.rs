//! Small secrets at rest: AES-256-GCM under a key that is not in the database, bound to what they belong to.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::AppError;

/// Seals and opens.
pub struct SealingKey([u8; 32]);

impl SealingKey {
    /// Of these bytes.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    fn cipher(&self) -> Result<LessSafeKey, AppError> {
        let key = UnboundKey::new(&AES_256_GCM, &self.0);
        Ok(LessSafeKey::new(key.map_err(|_| AppError::Internal("no key to seal with".into()))?))
    }

    /// Seals a text that belongs to `owner`; `nonce` is random.
    pub fn seal(&self, owner: &str, nonce: [u8; NONCE_LEN], text: &[u8]) -> Result<String, AppError> {
        let mut bytes = text.to_vec();
        let aad = Aad::from(owner.as_bytes());
        let sealed =
            self.cipher()?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut bytes);
        sealed.map_err(|_| AppError::Internal("a secret cannot be sealed".into()))?;
        Ok(STANDARD.encode([&nonce[..], &bytes].concat()))
    }

    /// Opens what was sealed for `owner`.
    pub fn open(&self, owner: &str, sealed: &str) -> Result<Vec<u8>, AppError> {
        let broken = || AppError::Internal("what was sealed cannot be opened".into());
        let bytes = STANDARD.decode(sealed).map_err(|_| broken())?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut text = text.to_vec();
        let opened = self.cipher()?.open_in_place(nonce, Aad::from(owner.as_bytes()), &mut text);
        Ok(opened.map_err(|_| broken())?.to_vec())
    }
}
