//! The program of an ingest: how a raw file is read, and what becomes of it. It stands as JSON text in a spec's source.

use serde::{Deserialize, Serialize};

use crate::{DatasetId, schema::Schema};

/// The version of the ingest's semantics: grows when the same raw file may become another dataset.
pub const INGEST_SEMANTICS: u32 = 1;
/// The one file of a raw dataset.
pub const RAW_OBJECT: &str = "raw.age";
/// The one file that an ingest makes.
pub const PARQUET_OBJECT: &str = "part-00000.parquet";

/// The most bytes of a program.
const MAX_BYTES: usize = 1 << 20;

/// What an ingest does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ingest {
    /// 1.
    pub version: u32,
    /// Whether the first row of a CSV file names the columns.
    pub header: bool,
    /// Leave rows out that do not fit, instead of failing.
    pub skip_bad_rows: bool,
    /// The owner's schema; inferred over the whole file when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Schema>,
    /// What it makes.
    pub target: Target,
}

/// The file that an ingest makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The dataset; the raw file's.
    pub dataset: DatasetId,
    /// The version of the data; one more than the raw file's.
    pub version: u32,
    /// The file's name.
    pub object: String,
}

/// Why a text is no ingest.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Too many bytes.
    #[error("the program of an ingest has at most {MAX_BYTES} bytes")]
    Size,
    /// Not this document.
    #[error("the program is no ingest: {0}")]
    Shape(#[from] serde_json::Error),
    /// Another version.
    #[error("ingests of version {0} are not known")]
    Version(u32),
    /// It says the same in another way.
    #[error("the program is not in the one encoding of an ingest")]
    NotCanonical,
}

impl Ingest {
    /// The one text of it.
    pub fn encode(&self) -> Result<String, IngestError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads the one text of an ingest.
    pub fn parse(text: &str) -> Result<Self, IngestError> {
        if text.len() > MAX_BYTES {
            return Err(IngestError::Size);
        }
        let ingest: Self = serde_json::from_str(text)?;
        match (ingest.version, ingest.encode()? == text) {
            (1, true) => Ok(ingest),
            (1, false) => Err(IngestError::NotCanonical),
            (other, _) => Err(IngestError::Version(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, ColumnType};

    const TEXT: &str = r#"{"version":1,"header":true,"skip_bad_rows":false,"schema":[{"name":"patient","type":"string","nullable":true}],"target":{"dataset":"00112233-4455-6677-8899-aabbccddeeff","version":2,"object":"part-00000.parquet"}}"#;

    #[test]
    fn the_documented_text_is_the_one_encoding() {
        let column = Column { name: "patient".into(), kind: ColumnType::String, nullable: true };
        let ingest = Ingest {
            version: 1,
            header: true,
            skip_bad_rows: false,
            schema: Some(vec![column].try_into().unwrap()),
            target: Target {
                dataset: "00112233-4455-6677-8899-aabbccddeeff".parse().unwrap(),
                version: 2,
                object: PARQUET_OBJECT.into(),
            },
        };
        assert_eq!(ingest.encode().unwrap(), TEXT);
        assert_eq!(Ingest::parse(TEXT).unwrap(), ingest);
    }

    #[test]
    fn other_texts_are_refused() {
        type Expected = fn(&IngestError) -> bool;
        let cases: [(String, Expected); 5] = [
            (TEXT.replace("\"version\":1", "\"version\":9"), |e| matches!(e, IngestError::Version(9))),
            (TEXT.replace(",\"header\"", ", \"header\""), |e| matches!(e, IngestError::NotCanonical)),
            (TEXT.replace("true,\"skip", "true,\"more\":1,\"skip"), |e| matches!(e, IngestError::Shape(_))),
            ("SELECT 1".into(), |e| matches!(e, IngestError::Shape(_))),
            (" ".repeat(MAX_BYTES + 1), |e| matches!(e, IngestError::Size)),
        ];
        for (text, expected) in cases {
            let error = Ingest::parse(&text).unwrap_err();
            assert!(expected(&error), "{error}");
        }
    }
}
