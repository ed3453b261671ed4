//! Values at rest: AES-256-GCM under the state key, each bound to its place.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use cloister_model::Rng;
use zeroize::Zeroizing;

use crate::error::{BrokerError, Result};

/// The key of everything the broker keeps. In a TEE derived from it; simulated, a 0600 file.
pub struct StateKey(Zeroizing<[u8; 32]>);

impl StateKey {
    /// The key of 32 secret bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// Seals and opens values.
pub(super) struct Vault(LessSafeKey);

impl Vault {
    pub(super) fn new(key: &StateKey) -> Result<Self> {
        let key = UnboundKey::new(&AES_256_GCM, key.0.as_ref()).map_err(BrokerError::internal)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Nonce, then ciphertext with tag.
    pub(super) fn seal(&self, place: &str, value: &[u8], rng: &dyn Rng) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill(&mut nonce);
        let mut sealed = value.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut sealed,
            )
            .map_err(BrokerError::internal)?;
        Ok([&nonce[..], &sealed].concat())
    }

    pub(super) fn open(&self, place: &str, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let bad =
            || BrokerError::Internal("a stored value does not open: wrong state key, or changed".into());
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>().ok_or_else(bad)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let length = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_| bad())?
            .len();
        sealed.truncate(length);
        Ok(sealed)
    }
}
