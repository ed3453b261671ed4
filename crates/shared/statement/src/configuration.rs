//! The broker's configuration: fixed while it runs, named by digest in charters, release records and its evidence.

use cloister_model::Digest;
use serde::{Deserialize, Serialize};

use crate::{
    binary::{Base64, sha256},
    json::{self, JsonError},
    predicate::PublicKey,
};

/// The least firmware that the broker accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TcbFloor {
    /// FMC; Turin and later only.
    pub fmc: u8,
    /// Boot loader.
    pub bootloader: u8,
    /// TEE firmware.
    pub tee: u8,
    /// SNP firmware.
    pub snp: u8,
    /// Microcode.
    pub microcode: u8,
}

/// What a broker goes by. Strict JSON with one encoding; its digest is SHA-256 of the exact bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerConfiguration {
    /// 1.
    pub version: u32,
    /// Launch measurements of accepted workers: 96 lower-case hexadecimal digits each.
    pub workers: Vec<String>,
    /// The key that signed the reference manifest the measurements come from.
    pub reference_key: PublicKey,
    /// The root of simulated evidence, DER; absent where nothing simulated is accepted. Vendors' roots are pinned in
    /// the code of the crate `attest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub development_root: Option<Base64>,
    /// The least firmware accepted.
    pub tcb_floor: TcbFloor,
    /// The key with which the server vouches for local accounts.
    pub vouching_key: PublicKey,
    /// The log's origin line.
    pub log_origin: String,
    /// The log's Ed25519 key.
    pub log_key: PublicKey,
    /// Whether simulated evidence is accepted at all; needs a development root.
    pub allow_simulated: bool,
    /// For how many days a member certificate is valid.
    pub certificate_days: u32,
}

/// Why bytes are no broker configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// Not the strict JSON.
    #[error("the broker configuration is {0}")]
    Json(#[from] JsonError),
    /// Another version.
    #[error("broker configurations of version {0} are not known")]
    Version(u32),
    /// A measurement that is none.
    #[error("`{0}` is not a measurement (96 lower-case hexadecimal digits)")]
    Measurement(String),
    /// Simulated evidence without a root, or a root without it.
    #[error("simulated evidence needs `allow_simulated` and a development root, both or neither")]
    Simulated,
}

impl BrokerConfiguration {
    const MAX: usize = 256 << 10;

    /// Reads the exact bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ConfigurationError> {
        let configuration: Self = json::decode(bytes, Self::MAX, 8)?;
        configuration.check()?;
        Ok(configuration)
    }

    /// The exact bytes.
    pub fn encode(&self) -> Result<Vec<u8>, ConfigurationError> {
        self.check()?;
        Ok(json::encode(self)?)
    }

    /// The digest of exact bytes.
    pub fn digest_of(bytes: &[u8]) -> Digest {
        sha256(bytes)
    }

    fn check(&self) -> Result<(), ConfigurationError> {
        if self.version != 1 {
            return Err(ConfigurationError::Version(self.version));
        }
        if let Some(bad) = self.workers.iter().find(|m| !is_measurement(m)) {
            return Err(ConfigurationError::Measurement(bad.chars().take(100).collect()));
        }
        if self.allow_simulated != self.development_root.is_some() {
            return Err(ConfigurationError::Simulated);
        }
        Ok(())
    }
}

/// Whether `text` is a SHA-384 measurement: 96 lower-case hexadecimal digits.
pub fn is_measurement(text: &str) -> bool {
    text.len() == 96 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
