//! What an appraiser trusts and demands.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::snp::Generation;

/// SHA-256 fingerprints of AMD's root keys, by generation.
const AMD_ROOTS: [(Generation, &str); 3] = [
    (Generation::Milan, "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"),
    (Generation::Genoa, "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"),
    (Generation::Turin, "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"),
];
/// Of the certificate "Intel SGX Root CA", which stands above SGX and TDX.
const INTEL_ROOT: &str = "44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3";
/// Of the certificate "aws.nitro-enclaves", root G1.
const AWS_ROOT: &str = "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b";

/// The roots under which evidence is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustRoots {
    vendors: bool,
    development: Option<Vec<u8>>,
}

impl TrustRoots {
    /// AMD's, Intel's and AWS's roots, pinned by fingerprint.
    pub fn vendors() -> Self {
        Self { vendors: true, development: None }
    }

    /// These and the development root of one installation (DER of its ARK). Without the feature `sim-tee` evidence
    /// under it is refused all the same.
    #[must_use]
    pub fn with_development(self, certificate: Vec<u8>) -> Self {
        Self { development: Some(certificate), ..self }
    }

    /// The AMD generation whose root has this fingerprint.
    pub(crate) fn amd(&self, fingerprint: [u8; 32]) -> Option<Generation> {
        let text = hex::encode(fingerprint);
        let found = AMD_ROOTS.iter().find(|(_, pinned)| self.vendors && *pinned == text);
        found.map(|(generation, _)| *generation)
    }

    /// Whether this is the fingerprint of Intel's root.
    pub(crate) fn is_intel(&self, fingerprint: [u8; 32]) -> bool {
        self.vendors && hex::encode(fingerprint) == INTEL_ROOT
    }

    /// Whether this is the fingerprint of AWS's root.
    pub(crate) fn is_aws(&self, fingerprint: [u8; 32]) -> bool {
        self.vendors && hex::encode(fingerprint) == AWS_ROOT
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

/// What Intel's platforms must fulfil. The default is strict about firmware: up to date, and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntelPolicy {
    /// TCB statuses accepted besides `UpToDate`, as Intel spells them. `Revoked` never is.
    pub allow_statuses: BTreeSet<String>,
    /// Security advisories (`INTEL-SA-00000`) that refuse a platform they apply to.
    pub refuse_advisories: BTreeSet<String>,
    /// The least TCB evaluation data number: collateral that was seen once is never followed by older.
    pub least_evaluation: u32,
    /// Refuse a platform to which processors can be added; servers of several sockets are such.
    pub refuse_dynamic_platform: bool,
    /// Refuse a platform whose keys its registration service may cache.
    pub refuse_cached_keys: bool,
    /// Refuse a platform that may run two threads a core.
    pub refuse_smt: bool,
}

/// What a platform must fulfil. VMPL 0, debug off and migration off are not negotiable and have no field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// AMD: the least TCB, whatever the product: numbers a product lacks count as 0.
    pub tcb_floor: TcbFloor,
    /// AMD: accept reports signed by a cloud's key (VLEK) instead of the chip's.
    pub allow_vlek: bool,
    /// AMD: refuse a guest that may run where two threads share a core.
    pub refuse_smt: bool,
    /// AMD: refuse evidence that brings no revocation list. One that is brought always counts.
    pub require_revocation_list: bool,
    /// Intel SGX and TDX.
    pub intel: IntelPolicy,
    /// AWS: further platform configuration registers and the values they must have, hexadecimal. PCR0 is the measurement.
    pub pcrs: BTreeMap<u8, String>,
}
