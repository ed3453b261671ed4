//! Bytes: SHA-256, base64 fields, and the length-prefixed encoding that everything hashed or authenticated uses.
//!
//! Length-prefixed: each part is its length in 8 bytes, most significant first, then the part. No two lists of parts
//! have the same encoding.

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_model::Digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// The length-prefixed encoding of `parts`.
pub fn length_prefixed(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|p| p.len() + 8).sum());
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// The parts of a length-prefixed encoding; `None` when the bytes are none.
pub fn split_length_prefixed(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        let (part, rest) = rest.split_at_checked(length)?;
        parts.push(part);
        bytes = rest;
    }
    Some(parts)
}

/// Bytes that travel in JSON as standard base64 with padding; only the canonical form is read.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Base64(pub Vec<u8>);

impl std::fmt::Debug for Base64 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Base64({} bytes)", self.0.len())
    }
}

impl From<Vec<u8>> for Base64 {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Base64 {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        BASE64_STANDARD.decode(text.as_bytes()).map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_prefixes_tell_parts_apart_and_split_back() {
        let one = length_prefixed(&[b"ab", b"", b"c"]);
        assert_ne!(one, length_prefixed(&[b"a", b"b", b"c"]));
        assert_eq!(split_length_prefixed(&one).unwrap(), [&b"ab"[..], b"", b"c"]);
        assert!(split_length_prefixed(&one[..one.len() - 1]).is_none());
        assert!(split_length_prefixed(&[0xff; 9]).is_none());
    }

    #[test]
    fn base64_reads_only_its_canonical_form() {
        assert_eq!(serde_json::from_str::<Base64>("\"AA==\"").unwrap().0, [0]);
        for text in ["\"AB==\"", "\"AA\"", "\"AA= =\"", "\"A\""] {
            assert!(serde_json::from_str::<Base64>(text).is_err(), "{text}");
        }
    }
}
