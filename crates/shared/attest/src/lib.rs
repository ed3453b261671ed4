//! Evidence to verdict: the appraisal of attestation evidence.
//!
//! [`appraise`] is a pure function of evidence, trust roots, reference values, policy, expected report data and time. It
//! gives one [`CheckResult`] a check; [`Verified`] is a value that only an appraisal whose every check holds can make.
//! The same code runs in the broker, the command line and the SDK.
//!
//! Checks, in the order in which the first failure refuses:
//! * `transcript`: all 64 bytes of report data are the expected ones,
//! * `chain`: the root is pinned, every certificate is signed by the one above and in its dates, the chip's certificate
//!   signs the report and names the report's chip and TCB,
//! * `platform`: TCB floor, VMPL 0, debug off, migration off,
//! * `measurement`: the launch measurement is an accepted reference value.
//!
//! No check branches on simulation: a simulated report has the real format and differs by its trust root only, which
//! also decides the assurance. Without the feature `sim-tee` a development root is refused by `chain`.
//!
//! Limits: SEV-SNP with VCEK only; revocation lists are not consulted; other kinds of TEE are refused by name.
#![forbid(unsafe_code)]

mod appraisal;
mod evidence;
mod policy;
#[cfg(feature = "sim-tee")]
pub mod sim;
mod snp;

use aws_lc_rs::digest::{SHA384, digest};

pub use appraisal::{Appraisal, CheckResult, RefusedCheck, Verdict, Verified, appraise};
pub use evidence::{Evidence, EvidenceError, TeeKind};
pub use policy::{Policy, ReferenceValues, TcbFloor, TrustRoots};

/// The check that compares report data.
pub const TRANSCRIPT: &str = "transcript";
/// The check of certificates, dates and signatures.
pub const CHAIN: &str = "chain";
/// The check of TCB, VMPL, debug and migration.
pub const PLATFORM: &str = "platform";
/// The check of the launch measurement.
pub const MEASUREMENT: &str = "measurement";

/// The launch measurement of a simulated TEE: SHA-384 over the bytes of the executable. Addresses, paths and arguments
/// are not measured.
pub fn measure(executable: &[u8]) -> [u8; 48] {
    let mut out = [0; 48];
    out.copy_from_slice(digest(&SHA384, executable).as_ref());
    out
}
