//! Raw files: a file as it was, sealed with `age` to a recipient that follows from the data key.
//!
//! What cannot write encrypted Parquet (a browser) seals the file so; its owner's ingest opens it. The identity is bound
//! to dataset, object and version as the Parquet files are, so a raw file opens as itself and as nothing else.

use std::io::{Read, Write};

use age::x25519::Identity;
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use bech32::{ToBase32, Variant};
use zeroize::{Zeroize, Zeroizing};

use crate::{DataKey, FileIdentity};

/// The decrypted stream; it seeks where its source does.
pub type Opened<R> = age::stream::StreamReader<R>;

/// Why a raw file cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum RawError {
    /// The identity could not be derived.
    #[error("the raw file's key could not be derived")]
    Derive,
    /// `age` could not write.
    #[error("the raw file could not be sealed: {0}")]
    Seal(#[source] std::io::Error),
    /// The source cannot be read.
    #[error("the raw file cannot be read: {0}")]
    Source(#[source] std::io::Error),
    /// The source failed, or the file is not sealed to this key as this file.
    #[error("the raw file does not open with this dataset key and identity: {0}")]
    Open(#[source] age::DecryptError),
}

fn identity(key: &DataKey, file: &FileIdentity) -> Result<Identity, RawError> {
    let mut secret = Zeroizing::new([0; 32]);
    Salt::new(HKDF_SHA256, &[])
        .extract(key.expose())
        .expand(&[&file.raw_info()], HKDF_SHA256)
        .and_then(|okm| okm.fill(secret.as_mut()))
        .map_err(|_| RawError::Derive)?;
    // `age` takes an identity as text only.
    let text = bech32::encode("age-secret-key-", secret.to_base32(), Variant::Bech32);
    let mut text = text.map_err(|_| RawError::Derive)?;
    let identity = text.parse().map_err(|_| RawError::Derive);
    text.zeroize();
    identity
}

/// Seals what is written to the writer returned; end it with `finish`.
pub fn seal<W: Write>(
    key: &DataKey,
    file: &FileIdentity,
    sink: W,
) -> Result<age::stream::StreamWriter<W>, RawError> {
    let recipient = identity(key, file)?.to_public();
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .map_err(|_| RawError::Derive)?;
    encryptor.wrap_output(sink).map_err(RawError::Seal)
}

/// Opens a file that *is* `file`. What is read is authentic up to where it was read; its end, when the end was read.
pub fn open<R: Read>(key: &DataKey, file: &FileIdentity, source: R) -> Result<Opened<R>, RawError> {
    let identity = identity(key, file)?;
    let decryptor = age::Decryptor::new(source).map_err(RawError::Open)?;
    decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(RawError::Open)
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn the_documented_vector_gives_its_identity_and_recipient() {
        let mut key = [0; 32];
        key.iter_mut().zip(0..).for_each(|(byte, at)| *byte = at);
        let dataset = "00112233-4455-6677-8899-aabbccddeeff".parse().unwrap();
        let file = FileIdentity { dataset, version: 1, object: "raw.age".into() };
        let identity = identity(&DataKey::from_bytes(key), &file).unwrap();
        assert_eq!(
            identity.to_string().expose_secret(),
            "AGE-SECRET-KEY-1AXC9XJ0G4GEKFYHUXCU9825M4YDMSJX2N8PNSVS9KFKPN9S4G3UQRHKA32"
        );
        assert_eq!(
            identity.to_public().to_string(),
            "age1lrywvd98485d557nk6calmy83550ex4qdjz5nvvcd9yt34ckagzs3tm9cq"
        );
    }
}
