//! Evidence to verdict: the appraisal of attestation evidence.
//!
//! [`appraise`] is a pure function of evidence with its collateral, trust roots, reference values, policy, expected report
//! data and time; nothing is fetched. It gives one [`CheckResult`] a check; [`Verified`] is a value that only an appraisal
//! whose every check holds can make. The same code runs in the broker, the command line and the SDK.
//!
//! A check is named by its group, and after a dot by what of it ([`group`]). Groups, in the order in which the first
//! failure refuses:
//! * `transcript`: all 64 bytes of report data are the expected ones,
//! * `chain`: the root is pinned, every certificate and document below is signed, in its dates and not revoked, and the
//!   report is of the platform that they vouch for,
//! * `platform`: firmware, privilege level, debug, migration, threads,
//! * `measurement`: the launch measurement is an accepted reference value.
//!
//! | kind | evidence | measurement |
//! |---|---|---|
//! | SEV-SNP | report versions 2 to 5 (Milan, Genoa, Turin); VCEK, or VLEK where the policy allows it | the report's |
//! | TDX | quote v4, v5 | SHA-384 over MRTD, config id, owner, owner config and the four RTMRs |
//! | SGX | quote v3 | SHA-384 over MRENCLAVE |
//! | Nitro | COSE attestation document | PCR0 |
//!
//! No check branches on simulation: a simulated report has the real format and differs by its trust root only, which
//! also decides the assurance. Without the feature `sim-tee` a development root is refused by `chain`.
//!
//! Limits: freshness of a vendor's collateral is what its own dates say; AMD's revocation list counts where it is brought,
//! and is demanded only by the policy.
#![forbid(unsafe_code)]

mod appraisal;
mod checks;
mod ear;
mod evidence;
mod files;
mod intel;
mod nitro;
mod policy;
#[cfg(feature = "sim-tee")]
pub mod sim;
mod snp;
mod x509;

use aws_lc_rs::digest::{SHA384, digest};

pub use appraisal::{Appraisal, Asked, Facts, RefusedCheck, Verified, appraise, examine};
pub use checks::{CheckResult, Verdict, group};
pub use ear::ear;
pub use evidence::{Evidence, EvidenceError, TeeKind};
pub use files::{amd_chain, certificates_of, from_files};
pub use nitro::unframed as nitro_document;
pub use policy::{IntelPolicy, Policy, ReferenceValues, TcbFloor, TrustRoots};

/// The check that compares report data.
pub const TRANSCRIPT: &str = "transcript";
/// The group of certificates, dates and signatures.
pub const CHAIN: &str = "chain";
/// The group of firmware, privilege, debug and migration.
pub const PLATFORM: &str = "platform";
/// The check of the launch measurement.
pub const MEASUREMENT: &str = "measurement";

pub(crate) const CHAIN_REPORT: &str = "chain.report";
pub(crate) const CHAIN_ROOT: &str = "chain.root";
pub(crate) const CHAIN_CERTIFICATES: &str = "chain.certificates";
pub(crate) const CHAIN_COLLATERAL: &str = "chain.collateral";
pub(crate) const CHAIN_SIGNATURE: &str = "chain.signature";
pub(crate) const CHAIN_DATES: &str = "chain.dates";
pub(crate) const CHAIN_REVOCATION: &str = "chain.revocation";
pub(crate) const CHAIN_KEY: &str = "chain.key";
pub(crate) const CHAIN_CHIP: &str = "chain.chip";
pub(crate) const CHAIN_TCB: &str = "chain.tcb";
pub(crate) const PLATFORM_VMPL: &str = "platform.vmpl";
pub(crate) const PLATFORM_DEBUG: &str = "platform.debug";
pub(crate) const PLATFORM_MIGRATION: &str = "platform.migration";
pub(crate) const PLATFORM_SMT: &str = "platform.smt";
pub(crate) const PLATFORM_TCB: &str = "platform.tcb";
pub(crate) const PLATFORM_ATTRIBUTES: &str = "platform.attributes";
pub(crate) const PLATFORM_SERVICES: &str = "platform.services";
pub(crate) const PLATFORM_REGISTRATION: &str = "platform.registration";
pub(crate) const PLATFORM_PCRS: &str = "platform.pcrs";

/// SHA-384, the measure of everything launched here.
fn sha384(bytes: &[u8]) -> [u8; 48] {
    let mut out = [0; 48];
    out.copy_from_slice(digest(&SHA384, bytes).as_ref());
    out
}

/// The launch measurement of a simulated TEE: SHA-384 over the bytes of the executable. Addresses, paths and arguments
/// are not measured.
pub fn measure(executable: &[u8]) -> [u8; 48] {
    sha384(executable)
}
