//! Sealing: data keys by HPKE (X25519, HKDF-SHA256, AES-256-GCM) to brokers and workers, files by `age` to members.

use cloister_model::{Assurance, Digest, Rng};
use hpke::{
    Deserializable, Kem as _, OpModeR, OpModeS, Serializable, aead::AesGcm256, kdf::HkdfSha256,
    kem::X25519HkdfSha256,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    binary::{Base64, length_prefixed},
    predicate::PublicKey,
};

mod files;
pub use files::{FileError, age_decrypt, age_encrypt, padded_size};

type Kem = X25519HkdfSha256;
type SecretKey = <Kem as hpke::Kem>::PrivateKey;

/// The HPKE `info` of what a broker releases to a worker.
pub const RELEASE_INFO: &[u8] = b"cloister/release/v1";

/// The HPKE `info` of a data key wrapped for a broker: whoever relabels what the owner allowed cannot open it.
pub fn wrap_info(allowed: Assurance) -> Vec<u8> {
    let allowed: &[u8] = match allowed {
        Assurance::Simulated => b"simulated",
        Assurance::Hardware => b"hardware",
    };
    length_prefixed(&[b"cloister/wrap/v1", allowed])
}

/// The authenticated data of a released key: the evidence, the release record and the manifest it belongs to.
pub fn release_aad(report_data: &[u8; 64], release: &Digest, manifest: &Digest) -> Vec<u8> {
    length_prefixed(&[report_data, release.as_bytes(), manifest.as_bytes()])
}

/// Why something cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not an X25519 key that can be sealed to.
    #[error("the recipient's key is not usable")]
    Recipient,
    /// Sealed to another key, for another purpose, or changed.
    #[error("the seal does not open with this key, purpose and context")]
    Open,
}

/// An HPKE ciphertext with its encapsulated key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The encapsulated key, 64 hexadecimal digits.
    pub enc: PublicKey,
    /// The ciphertext, base64.
    pub ciphertext: Base64,
}

/// An X25519 secret key that opens HPKE seals. Wiped when dropped.
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

impl SealingKey {
    /// The key of 32 secret bytes.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Zeroizing::new(seed))
    }

    /// A fresh key.
    pub fn generate(rng: &dyn Rng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill(seed.as_mut());
        Self(seed)
    }

    /// The 32 secret bytes, for storing.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    /// Its public key.
    pub fn public(&self) -> Result<PublicKey, SealError> {
        Ok(Digest(Kem::sk_to_pk(&self.secret()?).to_bytes().into()))
    }

    fn secret(&self) -> Result<SecretKey, SealError> {
        SecretKey::from_bytes(self.0.as_ref()).map_err(|_| SealError::Recipient)
    }
}

/// The project's randomness as the library takes it.
struct Source<'a>(&'a dyn Rng);

impl rand_core::TryRng for Source<'_> {
    type Error = rand_core::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut out = [0; 4];
        self.0.fill(&mut out);
        Ok(u32::from_le_bytes(out))
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut out = [0; 8];
        self.0.fill(&mut out);
        Ok(u64::from_le_bytes(out))
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill(out);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Source<'_> {}

/// Seals `plaintext` to `recipient` for a purpose (`info`) and a context (`aad`).
pub fn seal(
    recipient: &PublicKey,
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &dyn Rng,
) -> Result<Sealed, SealError> {
    let key =
        <Kem as hpke::Kem>::PublicKey::from_bytes(recipient.as_bytes()).map_err(|_| SealError::Recipient)?;
    let (enc, ciphertext) = hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, Kem>(
        &OpModeS::Base,
        &key,
        info,
        plaintext,
        aad,
        &mut Source(rng),
    )
    .map_err(|_| SealError::Recipient)?;
    Ok(Sealed { enc: Digest(enc.to_bytes().into()), ciphertext: Base64(ciphertext) })
}

/// Opens what [`seal`] made for the same purpose and context.
pub fn open(
    key: &SealingKey,
    info: &[u8],
    aad: &[u8],
    sealed: &Sealed,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let enc =
        <Kem as hpke::Kem>::EncappedKey::from_bytes(sealed.enc.as_bytes()).map_err(|_| SealError::Open)?;
    hpke::single_shot_open::<AesGcm256, HkdfSha256, Kem>(
        &OpModeR::Base,
        &key.secret()?,
        &enc,
        info,
        &sealed.ciphertext.0,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| SealError::Open)
}

fn data_key(bytes: &[u8]) -> Result<Zeroizing<[u8; 32]>, SealError> {
    bytes.try_into().map(Zeroizing::new).map_err(|_| SealError::Open)
}

/// Wraps a data key for a workspace's broker: `info` is [`wrap_info`], `aad` the manifest.
pub fn wrap_data_key(
    broker: &PublicKey,
    allowed: Assurance,
    manifest: &Digest,
    key: &[u8; 32],
    rng: &dyn Rng,
) -> Result<Sealed, SealError> {
    seal(broker, &wrap_info(allowed), manifest.as_bytes(), key, rng)
}

/// Opens what [`wrap_data_key`] made.
pub fn unwrap_data_key(
    broker: &SealingKey,
    allowed: Assurance,
    manifest: &Digest,
    wrapped: &Sealed,
) -> Result<Zeroizing<[u8; 32]>, SealError> {
    data_key(&open(broker, &wrap_info(allowed), manifest.as_bytes(), wrapped)?)
}

/// Releases a data key to an attested worker: `info` is [`RELEASE_INFO`], `aad` is [`release_aad`].
pub fn release_data_key(
    worker: &PublicKey,
    aad: &[u8],
    key: &[u8; 32],
    rng: &dyn Rng,
) -> Result<Sealed, SealError> {
    seal(worker, RELEASE_INFO, aad, key, rng)
}

/// Opens what [`release_data_key`] made.
pub fn open_released(
    worker: &SealingKey,
    aad: &[u8],
    sealed: &Sealed,
) -> Result<Zeroizing<[u8; 32]>, SealError> {
    data_key(&open(worker, RELEASE_INFO, aad, sealed)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::CountingRng;

    #[test]
    fn a_seal_opens_only_with_its_key_purpose_and_context() {
        let rng = CountingRng::new(7);
        let (broker, other) = (SealingKey::generate(&rng), SealingKey::generate(&rng));
        let (manifest, wrong) = (Digest([1; 32]), Digest([2; 32]));
        let hard = Assurance::Hardware;
        let wrapped = wrap_data_key(&broker.public().unwrap(), hard, &manifest, &[9; 32], &rng).unwrap();
        assert_eq!(*unwrap_data_key(&broker, hard, &manifest, &wrapped).unwrap(), [9; 32]);
        assert!(unwrap_data_key(&other, hard, &manifest, &wrapped).is_err());
        assert!(unwrap_data_key(&broker, Assurance::Simulated, &manifest, &wrapped).is_err());
        assert!(unwrap_data_key(&broker, hard, &wrong, &wrapped).is_err());
        let mut torn = wrapped.clone();
        torn.ciphertext.0[0] ^= 1;
        assert_eq!(unwrap_data_key(&broker, hard, &manifest, &torn), Err(SealError::Open));
        let mut short = wrapped;
        short.ciphertext.0.truncate(3);
        assert_eq!(unwrap_data_key(&broker, hard, &manifest, &short), Err(SealError::Open));
    }

    #[test]
    fn a_key_of_small_order_is_refused() {
        let rng = CountingRng::new(8);
        let zero = Digest([0; 32]);
        assert_eq!(seal(&zero, b"i", b"a", b"p", &rng).unwrap_err(), SealError::Recipient);
    }

    #[test]
    fn a_released_key_is_bound_to_evidence_record_and_manifest() {
        let rng = CountingRng::new(9);
        let worker = SealingKey::generate(&rng);
        let aad = release_aad(&[1; 64], &Digest([2; 32]), &Digest([3; 32]));
        let sealed = release_data_key(&worker.public().unwrap(), &aad, &[4; 32], &rng).unwrap();
        assert_eq!(*open_released(&worker, &aad, &sealed).unwrap(), [4; 32]);
        let other = release_aad(&[1; 64], &Digest([2; 32]), &Digest([5; 32]));
        assert!(open_released(&worker, &other, &sealed).is_err());
    }
}
