//! What a TEE shows, and its one encoding.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The most bytes an encoded evidence may have.
const MAX_BYTES: usize = 256 * 1024;
const MAX_REPORT: usize = 16 * 1024;
const MAX_CERTIFICATES: usize = 8;
const MAX_CERTIFICATE: usize = 8 * 1024;
const MAX_COLLATERAL: usize = 4;
const MAX_COLLATERAL_PART: usize = 64 * 1024;

/// Kinds of trusted execution environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeeKind {
    /// A simulated SEV-SNP report under a development root: proves nothing about hardware.
    Sim,
    /// AMD SEV-SNP.
    Snp,
    /// Intel TDX.
    Tdx,
    /// Intel SGX.
    Sgx,
    /// AWS Nitro Enclaves.
    Nitro,
}

impl TeeKind {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sim => "sim",
            Self::Snp => "snp",
            Self::Tdx => "tdx",
            Self::Sgx => "sgx",
            Self::Nitro => "nitro",
        }
    }
}

/// A report with the collateral that its appraisal needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Who made the report.
    pub tee: TeeKind,
    /// The report as the TEE gave it.
    pub report: Vec<u8>,
    /// AMD: DER certificates, the chip's first: VCEK or VLEK, ASK or ASVK, ARK. Others carry theirs in the report.
    pub certificates: Vec<Vec<u8>>,
    /// What else the appraisal needs, as of a moment. AMD: DER revocation lists. Intel: one JSON document of TCB
    /// info, QE identity and revocation lists, in the form of `dcap-qvl`.
    pub collateral: Vec<Vec<u8>>,
}

/// Why bytes are no evidence.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EvidenceError {
    /// Longer than any genuine evidence.
    #[error("evidence has at most {MAX_BYTES} bytes, got {0}")]
    Oversize(usize),
    /// Not the JSON object it should be, or not in its one encoding.
    #[error("evidence is not in its one encoding: {0}")]
    Malformed(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    tee: TeeKind,
    report: String,
    certificates: Vec<String>,
    /// Absent when there is none: what was encoded before there was collateral has the same bytes still.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    collateral: Vec<String>,
}

impl Evidence {
    /// The one encoding: a JSON object with hexadecimal report and certificates, no white space.
    pub fn to_bytes(&self) -> Vec<u8> {
        let certificates = self.certificates.iter().map(hex::encode).collect();
        let collateral = self.collateral.iter().map(hex::encode).collect();
        let wire = Wire { tee: self.tee, report: hex::encode(&self.report), certificates, collateral };
        serde_json::to_vec(&wire).unwrap_or_default()
    }

    /// Reads the one encoding; refuses any other and anything too big.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EvidenceError> {
        if bytes.len() > MAX_BYTES {
            return Err(EvidenceError::Oversize(bytes.len()));
        }
        let malformed = |e: &dyn std::fmt::Display| EvidenceError::Malformed(e.to_string());
        let wire: Wire = serde_json::from_slice(bytes).map_err(|e| malformed(&e))?;
        if wire.certificates.len() > MAX_CERTIFICATES {
            return Err(malformed(&"too many certificates"));
        }
        if wire.collateral.len() > MAX_COLLATERAL {
            return Err(malformed(&"too much collateral"));
        }
        let report = bounded(&wire.report, MAX_REPORT)?;
        let certificates =
            wire.certificates.iter().map(|text| bounded(text, MAX_CERTIFICATE)).collect::<Result<_, _>>()?;
        let collateral = wire
            .collateral
            .iter()
            .map(|text| bounded(text, MAX_COLLATERAL_PART))
            .collect::<Result<_, _>>()?;
        let evidence = Self { tee: wire.tee, report, certificates, collateral };
        if evidence.to_bytes() == bytes { Ok(evidence) } else { Err(malformed(&"another spelling")) }
    }

    /// SHA-256 of the encoding. Never a replay key: signatures are malleable.
    pub fn digest(&self) -> cloister_model::Digest {
        cloister_model::Digest(Sha256::digest(self.to_bytes()).into())
    }
}

fn bounded(text: &str, max: usize) -> Result<Vec<u8>, EvidenceError> {
    let bytes = hex::decode(text).map_err(|e| EvidenceError::Malformed(e.to_string()))?;
    if bytes.len() > max {
        Err(EvidenceError::Malformed(format!("a part has {} bytes", bytes.len())))
    } else {
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Evidence {
        Evidence {
            tee: TeeKind::Snp,
            report: vec![1, 2],
            certificates: vec![vec![3], vec![]],
            collateral: Vec::new(),
        }
    }

    #[test]
    fn collateral_travels_and_its_absence_leaves_no_trace() {
        let without = sample();
        assert!(!String::from_utf8(without.to_bytes()).unwrap().contains("collateral"));
        let with = Evidence { collateral: vec![vec![7; 300], vec![]], ..sample() };
        assert_eq!(Evidence::from_bytes(&with.to_bytes()).unwrap(), with);
        assert_ne!(with.digest(), without.digest());
    }

    #[test]
    fn only_one_encoding_is_read() {
        let bytes = sample().to_bytes();
        assert_eq!(Evidence::from_bytes(&bytes).unwrap(), sample());
        let text = String::from_utf8(bytes).unwrap();
        for other in [
            text.replace("0102", "0102 "),
            text.replace("\"tee\":\"snp\",", "\"tee\":\"snp\",\"tee\":\"snp\","),
            text.replace("\"tee\":\"snp\"", "\"tee\":\"snp\",\"x\":1"),
            text.replace("03", "0g"),
            text.replace(':', ": "),
            text.replace("snp", "amd"),
            " ".repeat(MAX_BYTES + 1),
            format!("{{\"tee\":\"snp\",\"report\":\"{}\",\"certificates\":[]}}", "00".repeat(MAX_REPORT + 1)),
            format!("{{\"tee\":\"snp\",\"report\":\"\",\"certificates\":[{}\"\"]}}", "\"\",".repeat(8)),
            "{\"tee\":\"snp\",\"report\":\"\",\"certificates\":[],\"collateral\":[]}".into(),
            format!(
                "{{\"tee\":\"snp\",\"report\":\"\",\"certificates\":[],\"collateral\":[{}\"\"]}}",
                "\"\",".repeat(4)
            ),
        ] {
            assert!(Evidence::from_bytes(other.as_bytes()).is_err(), "{}", &other[..other.len().min(120)]);
        }
    }

    proptest! {
        #[test]
        fn strangers_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Evidence::from_bytes(&bytes);
        }
    }
}
