//! Hashes as lower-case hex in JSON, in one spelling only: a flipped letter case is another document.

use serde::de::Error;
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serializer};

use crate::tree::Hash;

pub(crate) fn parse(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok()?;
    (hex::encode(hash) == text).then_some(hash)
}

pub(crate) fn serialize<S: Serializer>(hashes: &[Hash], to: S) -> Result<S::Ok, S::Error> {
    let mut list = to.serialize_seq(Some(hashes.len()))?;
    for hash in hashes {
        list.serialize_element(&hex::encode(hash))?;
    }
    list.end()
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Hash>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    texts
        .iter()
        .map(|text| parse(text).ok_or_else(|| D::Error::custom("a hash is not 64 hex digits")))
        .collect()
}
