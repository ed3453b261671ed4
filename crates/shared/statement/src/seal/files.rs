//! Files sealed to members: `age` with X25519 recipients, padded so that the size says little.
//!
//! Plaintext inside: 8 bytes of length (most significant first), the content, zeros up to a size of the Padmé scheme
//! (at most 12 % more, and only log log n bits of the length remain visible).

use std::{io::Write, str::FromStr};

use age::x25519::Recipient;
use zeroize::Zeroizing;

use crate::keys::AgeIdentity;

/// The least size of a padded plaintext.
const MINIMUM: u64 = 256;

/// Why a file cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Nobody to seal to.
    #[error("a sealed file has at least one reader")]
    NoReader,
    /// Not an `age` recipient.
    #[error("`{0}` is not an age recipient")]
    Recipient(String),
    /// `age` could not write.
    #[error("the file could not be sealed: {0}")]
    Encrypt(String),
    /// Not sealed to this identity, or changed.
    #[error("the file does not open with this key: {0}")]
    Decrypt(String),
    /// It opens, but the padding is not ours.
    #[error("the padding of the sealed file is wrong")]
    Padding,
}

/// The size that a plaintext of `length` bytes (length field included) is padded to.
pub fn padded_size(length: u64) -> u64 {
    let length = length.max(MINIMUM);
    let exponent = length.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1_u64 << exponent.saturating_sub(kept)) - 1;
    length.saturating_add(mask) & !mask
}

/// Pads and encrypts `plaintext` to every recipient (`age1...`).
pub fn age_encrypt(recipients: &[String], plaintext: &[u8]) -> Result<Vec<u8>, FileError> {
    let parse = |text: &String| {
        Recipient::from_str(text).map_err(|_| FileError::Recipient(text.chars().take(80).collect()))
    };
    let recipients = recipients.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let readers = recipients.iter().map(|r| r as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(readers).map_err(|_| FileError::NoReader)?;
    let failed = |e: std::io::Error| FileError::Encrypt(e.to_string());
    let length = plaintext.len() as u64;
    let padding = padded_size(length + 8) - length - 8;
    let mut out = Vec::with_capacity(plaintext.len() + plaintext.len() / 8 + 1024);
    let mut writer = encryptor.wrap_output(&mut out).map_err(failed)?;
    writer.write_all(&length.to_be_bytes()).map_err(failed)?;
    writer.write_all(plaintext).map_err(failed)?;
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), padding), &mut writer).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(out)
}

/// Opens what [`age_encrypt`] made.
pub fn age_decrypt(identity: &AgeIdentity, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let mut padded =
        Zeroizing::new(age::decrypt(&identity.0, bytes).map_err(|e| FileError::Decrypt(e.to_string()))?);
    let length =
        padded.first_chunk::<8>().map(|length| u64::from_be_bytes(*length)).ok_or(FileError::Padding)?;
    let end = usize::try_from(length).ok().and_then(|n| n.checked_add(8)).ok_or(FileError::Padding)?;
    let padding = padded.get(end..).ok_or(FileError::Padding)?;
    if padded_size(end as u64) != padded.len() as u64 || padding.iter().any(|b| *b != 0) {
        return Err(FileError::Padding);
    }
    padded.truncate(end);
    padded.drain(..8);
    Ok(padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_round_trip_to_every_reader_and_hide_their_length() {
        let (ana, ben) = (AgeIdentity::generate(), AgeIdentity::generate());
        let to = [ana.recipient(), ben.recipient()];
        for plain in [&b""[..], b"hello", &[7; 5000]] {
            let sealed = age_encrypt(&to, plain).unwrap();
            assert_eq!(*age_decrypt(&ana, &sealed).unwrap(), plain);
            assert_eq!(*age_decrypt(&ben, &sealed).unwrap(), plain);
            assert!(age_decrypt(&AgeIdentity::generate(), &sealed).is_err());
        }
        let body = |n: usize| {
            let sealed = age_encrypt(&to, &vec![0; n]).unwrap();
            // The header ends with `--- ` and a MAC; before it `age` adds a random stanza on purpose.
            let mac = sealed.windows(4).rposition(|w| w == b"--- ").unwrap();
            sealed.len() - mac
        };
        assert_eq!(body(1), body(200));
        assert_ne!(body(1), body(2000));
    }

    #[test]
    fn nobody_and_nonsense_are_refused() {
        assert!(matches!(age_encrypt(&[], b"x"), Err(FileError::NoReader)));
        assert!(matches!(age_encrypt(&["age1x".into()], b"x"), Err(FileError::Recipient(_))));
        let ana = AgeIdentity::generate();
        let mut sealed = age_encrypt(&[ana.recipient()], b"x").unwrap();
        *sealed.last_mut().unwrap() ^= 1;
        assert!(matches!(age_decrypt(&ana, &sealed), Err(FileError::Decrypt(_))));
    }

    #[test]
    fn padding_costs_at_most_twelve_percent_and_never_shrinks() {
        for length in [257_u64, 1000, 4097, 1 << 20, (1 << 30) + 1, 1 << 40] {
            let padded = padded_size(length);
            assert!(padded >= length && padded * 100 <= length * 112 + 100, "{length} -> {padded}");
            assert_eq!(padded_size(padded), padded);
        }
    }
}
