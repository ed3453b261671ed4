//! What the log says about one act: who did what to what, and how it ended.
//!
//! Names, addresses and other personal data enter as [`commit`]ments only, so that a person can be forgotten by
//! deleting a salt while the log stays whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The most bytes an encoded entry may have: its length is a 16-bit number in the log's files.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The act took place.
    Done,
    /// The act was refused; `check` names what refused it.
    Refused,
}

impl Outcome {
    /// Its word, as in an entry.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Place in the log, when the writer knew it; verification then insists on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Microseconds since 1970.
    pub at: i64,
    /// Identifier of who acted.
    pub actor: String,
    /// Identifier of the organisation of who acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Identifier of the workspace the act belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// Name of the act.
    pub action: String,
    /// Identifier of what was acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Name of the check that refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// Digest (hex) of the signed statement the act rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// Further facts, without personal data, secrets or results.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<String, String>,
}

/// Why bytes are no entry, or an entry has no encoding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// More than [`MAX_ENTRY_BYTES`].
    #[error("the entry has more than 65535 bytes")]
    TooLong,
    /// Not the JSON of an entry.
    #[error("the bytes are not an entry: {0}")]
    Malformed(String),
    /// The JSON of an entry, spelt in another way than the one encoding.
    #[error("the entry is not in its one encoding")]
    NotCanonical,
}

impl Entry {
    /// An entry with the fields every act has; the rest is empty.
    pub fn new(at: i64, actor: impl Into<String>, action: impl Into<String>, outcome: Outcome) -> Self {
        Self {
            index: None,
            at,
            actor: actor.into(),
            organisation: None,
            workspace: None,
            action: action.into(),
            target: None,
            outcome,
            check: None,
            statement: None,
            detail: BTreeMap::new(),
        }
    }

    /// The one encoding: JSON without blanks, fields in declared order, absent fields left out.
    pub fn encode(&self) -> Result<Vec<u8>, EntryError> {
        let bytes = serde_json::to_vec(self).map_err(|e| EntryError::Malformed(e.to_string()))?;
        if bytes.len() > MAX_ENTRY_BYTES { Err(EntryError::TooLong) } else { Ok(bytes) }
    }

    /// The entry of which these bytes are the encoding.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(EntryError::TooLong);
        }
        let entry: Self = serde_json::from_slice(bytes).map_err(|e| EntryError::Malformed(e.to_string()))?;
        if entry.encode()? == bytes { Ok(entry) } else { Err(EntryError::NotCanonical) }
    }
}

/// A salted commitment to personal data: hex of SHA-256 over a label, the salt and the text.
///
/// Whoever holds salt and text can show what an entry meant; without the salt, guesses cannot be tested.
pub fn commit(salt: &[u8; 16], text: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"cloister/audit/commitment/v1\0");
    hasher.update(salt);
    hasher.update(text.as_bytes());
    hex::encode(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Entry {
        let mut entry = Entry::new(1_700_000_000_000_000, "user-1", "job.approve", Outcome::Refused);
        entry.check = Some("threshold".into());
        entry.detail.insert("b".into(), "2".into());
        entry.detail.insert("a".into(), "1\n\u{1}é".into());
        entry
    }

    #[test]
    fn the_encoding_is_fixed() {
        let text = String::from_utf8(sample().encode().unwrap()).unwrap();
        let expected = r#"{"at":1700000000000000,"actor":"user-1","action":"job.approve","outcome":"refused","check":"threshold","detail":{"a":"1\n\u0001é","b":"2"}}"#;
        assert_eq!(text, expected);
        assert_eq!(Entry::decode(text.as_bytes()).unwrap(), sample());
    }

    #[test]
    fn other_spellings_are_refused() {
        let good = r#"{"at":1,"actor":"a","action":"b","outcome":"done"}"#;
        assert!(Entry::decode(good.as_bytes()).is_ok());
        let not_canonical = [
            r#"{ "at":1,"actor":"a","action":"b","outcome":"done"}"#,
            r#"{"actor":"a","at":1,"action":"b","outcome":"done"}"#,
            r#"{"at":1,"actor":"\u0061","action":"b","outcome":"done"}"#,
            r#"{"at":1,"actor":"a","action":"b","outcome":"done","detail":{}}"#,
            r#"{"at":1,"actor":"a","action":"b","target":null,"outcome":"done"}"#,
            r#"{"at":1,"actor":"a","action":"b","outcome":"done","detail":{"x":"1","x":"2"}}"#,
        ];
        for text in not_canonical {
            assert_eq!(Entry::decode(text.as_bytes()), Err(EntryError::NotCanonical), "{text}");
        }
        let malformed = [
            r#"{"at":1,"actor":"a","action":"b","outcome":"done","more":1}"#,
            r#"{"at":1.0,"actor":"a","action":"b","outcome":"done"}"#,
            r#"{"at":1,"at":1,"actor":"a","action":"b","outcome":"done"}"#,
            r#"{"at":1,"actor":"a","action":"b","outcome":"done"}x"#,
            r#"{"at":1,"actor":"a","action":"b"}"#,
            "",
        ];
        for text in malformed {
            assert!(matches!(Entry::decode(text.as_bytes()), Err(EntryError::Malformed(_))), "{text}");
        }
    }

    #[test]
    fn an_entry_over_the_limit_is_refused() {
        let mut entry = sample();
        entry.detail.insert("c".into(), "x".repeat(MAX_ENTRY_BYTES));
        assert_eq!(entry.encode(), Err(EntryError::TooLong));
        assert_eq!(Entry::decode(&vec![b' '; MAX_ENTRY_BYTES + 1]), Err(EntryError::TooLong));
    }

    #[test]
    fn commitments_depend_on_salt_and_text() {
        let one = commit(&[1; 16], "ann@example.org");
        assert_eq!(one.len(), 64);
        assert_eq!(one, commit(&[1; 16], "ann@example.org"));
        assert_ne!(one, commit(&[2; 16], "ann@example.org"));
        assert_ne!(one, commit(&[1; 16], "bob@example.org"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(entry) = Entry::decode(&bytes) {
                prop_assert_eq!(entry.encode().unwrap(), bytes);
            }
        }

        #[test]
        fn a_changed_byte_is_another_entry_or_none(at in 0usize..130, bit in 0u8..8) {
            let mut bytes = sample().encode().unwrap();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            if let Ok(entry) = Entry::decode(&bytes) {
                prop_assert_ne!(entry, sample());
            }
        }
    }
}
