//! Strict JSON: one text per value. A text is read only if writing the value gives the same bytes again, which refuses
//! duplicate keys, unknown fields, other spacing, other number forms and reordered fields at once.

use serde::{Serialize, de::DeserializeOwned};

/// Why a text is not the one encoding of a value.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// Too many bytes.
    #[error("{got} bytes are more than the {max} allowed")]
    Size {
        /// The bytes given.
        got: usize,
        /// The most allowed.
        max: usize,
    },
    /// Nested too deeply.
    #[error("nested deeper than {0} levels")]
    Depth(usize),
    /// Not this value in JSON.
    #[error("not readable: {0}")]
    Shape(#[source] serde_json::Error),
    /// JSON of the value, but not its one encoding.
    #[error("not the one deterministic encoding")]
    NotCanonical,
    /// The value has no encoding.
    #[error("not encodable: {0}")]
    Encode(#[source] serde_json::Error),
}

/// The one encoding of a value.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, JsonError> {
    serde_json::to_vec(value).map_err(JsonError::Encode)
}

/// Reads the one encoding of a value.
pub(crate) fn decode<T: Serialize + DeserializeOwned>(
    bytes: &[u8],
    max: usize,
    depth: usize,
) -> Result<T, JsonError> {
    let value: T = read(bytes, max, depth)?;
    if encode(&value)? == bytes { Ok(value) } else { Err(JsonError::NotCanonical) }
}

/// Reads any encoding of a value within the limits.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8], max: usize, depth: usize) -> Result<T, JsonError> {
    if bytes.len() > max {
        return Err(JsonError::Size { got: bytes.len(), max });
    }
    if deeper_than(bytes, depth) {
        return Err(JsonError::Depth(depth));
    }
    serde_json::from_slice(bytes).map_err(JsonError::Shape)
}

/// Whether brackets outside of strings nest deeper than `limit`; looked at before any decoding.
fn deeper_than(bytes: &[u8], limit: usize) -> bool {
    let (mut depth, mut text, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match (text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => text = !text,
            (false, b'{' | b'[') => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn duplicate_keys_spaces_and_depth_are_refused() {
        type Map = BTreeMap<String, u32>;
        assert!(decode::<Map>(br#"{"a":1}"#, 100, 4).is_ok());
        assert!(matches!(decode::<Map>(br#"{"a":1,"a":1}"#, 100, 4), Err(JsonError::NotCanonical)));
        assert!(matches!(decode::<Map>(br#"{"a": 1}"#, 100, 4), Err(JsonError::NotCanonical)));
        assert!(matches!(decode::<Map>(br#"{"a":1}"#, 3, 4), Err(JsonError::Size { got: 7, max: 3 })));
        let deep = "[".repeat(40);
        assert!(matches!(decode::<Map>(deep.as_bytes(), 100, 32), Err(JsonError::Depth(32))));
        assert!(!deeper_than(br#""[[[[[[\"[[""#, 2));
    }
}
