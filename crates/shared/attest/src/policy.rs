//! What an appraiser trusts and demands.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::snp::Generation;

/// SHA-256 fingerprints of AMD's root keys, by generation.
const AMD_ROOTS: [(Generation, &str); 3] = [
    (Generation::Milan, "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"),
    (Generation::Genoa, "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"),
    (Generation::Turin, "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"),
];

/// The roots under which evidence is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustRoots {
    amd: bool,
    development: Option<Vec<u8>>,
}

impl TrustRoots {
    /// AMD's roots, pinned by fingerprint.
    pub fn vendors() -> Self {
        Self { amd: true, development: None }
    }

    /// These and the development root of one installation (DER of its ARK). Without the feature `sim-tee` evidence
    /// under it is refused all the same.
    #[must_use]
    pub fn with_development(self, certificate: Vec<u8>) -> Self {
        Self { development: Some(certificate), ..self }
    }

    /// The vendor generation whose root has this fingerprint.
    pub(crate) fn vendor(&self, fingerprint: [u8; 32]) -> Option<Generation> {
        let text = hex::encode(fingerprint);
        AMD_ROOTS.iter().find(|(_, pinned)| self.amd && *pinned == text).map(|(generation, _)| *generation)
    }

    /// Whether this certificate is the development root.
    pub(crate) fn is_development(&self, certificate: &[u8]) -> bool {
        self.development.as_deref() == Some(certificate)
    }
}

/// Launch measurements that are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReferenceValues {
    /// SHA-384 measurements as 96 lower-case hexadecimal digits.
    pub measurements: BTreeSet<String>,
}

impl ReferenceValues {
    /// Accepts these measurements, hexadecimal.
    pub fn new<S: Into<String>>(measurements: impl IntoIterator<Item = S>) -> Self {
        Self { measurements: measurements.into_iter().map(Into::into).collect() }
    }
}

/// The least security version numbers. A report is refused when one of its own is lower.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TcbFloor {
    /// FMC; Turin and later only.
    #[serde(default)]
    pub fmc: u8,
    /// PSP boot loader.
    pub bootloader: u8,
    /// PSP operating system.
    pub tee: u8,
    /// SNP firmware.
    pub snp: u8,
    /// Microcode.
    pub microcode: u8,
}

/// What a platform must fulfil. VMPL 0, debug off and migration off are not negotiable and have no field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The least TCB, whatever the product: numbers a product lacks count as 0.
    pub tcb_floor: TcbFloor,
}
