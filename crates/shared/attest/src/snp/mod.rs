//! AMD SEV-SNP: reports, chip certificates, platform rules.

mod certificate;
mod chain;
mod platform;
mod report;

use cloister_model::{Assurance, Timestamp};
use serde_json::json;

pub(crate) use report::Report;
#[cfg(feature = "sim-tee")]
pub(crate) use {certificate::oid, report::offset};

use crate::{CHAIN_REPORT, Evidence, Facts, Policy, TcbFloor, TrustRoots, checks::Checks};

/// How many bytes a report has.
pub(crate) const LENGTH: usize = report::offset::LENGTH;

/// Generations whose TCB numbers lie at different places. Known from the root that vouches, never from the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// Third EPYC generation; the development root uses its layout too.
    Milan,
    /// Fourth.
    Genoa,
    /// Fifth.
    Turin,
}

/// The security version numbers in eight bytes of a report.
pub(crate) fn tcb(bytes: [u8; 8], generation: Generation) -> TcbFloor {
    match generation {
        Generation::Milan | Generation::Genoa => {
            TcbFloor { fmc: 0, bootloader: bytes[0], tee: bytes[1], snp: bytes[6], microcode: bytes[7] }
        }
        Generation::Turin => TcbFloor {
            fmc: bytes[0],
            bootloader: bytes[1],
            tee: bytes[2],
            snp: bytes[3],
            microcode: bytes[7],
        },
    }
}

/// The checks `chain` and `platform`, and what the report says.
pub(crate) fn examine(
    evidence: &Evidence,
    roots: &TrustRoots,
    policy: &Policy,
    at: Timestamp,
    checks: &mut Checks,
) -> Option<Facts> {
    let report = checks.had(CHAIN_REPORT, "ask the TEE for a new report", Report::parse(&evidence.report))?;
    let link = chain::examine(evidence, &report, roots, policy, at, checks);
    let generation = link.as_ref().map_or(Generation::Milan, |link| link.generation);
    platform::examine(&report, generation, policy, checks);
    let claims = json!({
        "version": report.version, "vmpl": report.vmpl, "guest_policy": format!("{:#x}", report.policy),
        "chip_id": hex::encode(report.chip_id), "host_data": hex::encode(report.host_data),
        "reported_tcb": tcb(report.reported_tcb, generation), "committed_tcb": tcb(report.committed_tcb, generation),
        "generation": format!("{generation:?}").to_lowercase(),
    });
    Some(Facts {
        measurement: hex::encode(report.measurement),
        report_data: Some(report.data),
        assurance: link.map_or(Assurance::Simulated, |link| link.assurance),
        claims,
    })
}
