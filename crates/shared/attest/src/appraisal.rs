//! The appraiser: one result a check, and the type that only a good appraisal makes.

use cloister_model::{Assurance, Timestamp};

use crate::{
    CHAIN, Evidence, MEASUREMENT, PLATFORM, Policy, ReferenceValues, TRANSCRIPT, TeeKind, TrustRoots, snp,
};

/// Whether a check holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It refuses.
    Refused,
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// The check.
    pub name: &'static str,
    /// Its verdict.
    pub verdict: Verdict,
    /// Why; empty when it holds.
    pub reason: String,
    /// What to do about it; empty when it holds.
    pub remedy: &'static str,
}

/// The check that refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{check}: {reason}")]
pub struct RefusedCheck {
    /// The check.
    pub check: &'static str,
    /// Why.
    pub reason: String,
}

/// Evidence whose every check held at the moment given. Proves: the holder of the pinned root vouches that code with
/// this measurement asked for a report over this report data. Does not prove that the code is harmless, nor, with
/// [`Assurance::Simulated`], anything about hardware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    measurement: String,
    report_data: [u8; 64],
    assurance: Assurance,
}

impl Verified {
    /// The launch measurement, 96 lower-case hexadecimal digits.
    pub fn measurement(&self) -> &str {
        &self.measurement
    }
    /// The report data.
    pub fn report_data(&self) -> &[u8; 64] {
        &self.report_data
    }
    /// Simulated under the development root, else hardware.
    pub fn assurance(&self) -> Assurance {
        self.assurance
    }
}

/// What every check said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appraisal {
    /// One result a check, in the order in which they refuse.
    pub checks: Vec<CheckResult>,
    facts: Option<Verified>,
}

impl Appraisal {
    /// The verified evidence, or the first check that refused.
    pub fn verified(self) -> Result<Verified, RefusedCheck> {
        if let Some(bad) = self.checks.iter().find(|check| check.verdict == Verdict::Refused) {
            return Err(RefusedCheck { check: bad.name, reason: bad.reason.clone() });
        }
        self.facts.ok_or(RefusedCheck { check: CHAIN, reason: "the evidence could not be read".into() })
    }
}

fn result(name: &'static str, remedy: &'static str, outcome: &Result<(), String>) -> CheckResult {
    match outcome {
        Ok(()) => CheckResult { name, verdict: Verdict::Holds, reason: String::new(), remedy: "" },
        Err(reason) => CheckResult { name, verdict: Verdict::Refused, reason: reason.clone(), remedy },
    }
}

/// Appraises evidence. Every check is made and reported; none can be turned off.
pub fn appraise(
    evidence: &Evidence,
    roots: &TrustRoots,
    reference: &ReferenceValues,
    policy: &Policy,
    expected: &[u8; 64],
    at: Timestamp,
) -> Appraisal {
    if let Err(reason) = supported(evidence.tee) {
        return Appraisal {
            checks: vec![result(CHAIN, "use an AMD SEV-SNP host", &Err(reason))],
            facts: None,
        };
    }
    let report = match snp::Report::parse(&evidence.report) {
        Ok(report) => report,
        Err(reason) => {
            let check = result(CHAIN, "ask the TEE for a new report", &Err(reason));
            return Appraisal { checks: vec![check], facts: None };
        }
    };
    let chain = snp::chain(evidence, &report, roots, at);
    let generation = chain.as_ref().map_or(snp::Generation::Milan, |link| link.generation);
    let assurance = chain.as_ref().map_or(Assurance::Simulated, |link| link.assurance);
    let measurement = hex::encode(report.measurement);
    let checks = vec![
        result(TRANSCRIPT, "take a fresh challenge and ask for a new report", &transcript(&report, expected)),
        result(CHAIN, "fetch the chip's certificates anew; see the reason", &chain.map(|_| ())),
        result(
            PLATFORM,
            "update the host's firmware, launch without debug",
            &snp::platform(&report, generation, *policy),
        ),
        result(
            MEASUREMENT,
            "run the executable that the configuration names",
            &accepted(&measurement, reference),
        ),
    ];
    Appraisal { checks, facts: Some(Verified { measurement, report_data: report.data, assurance }) }
}

fn supported(tee: TeeKind) -> Result<(), String> {
    match tee {
        TeeKind::Sim | TeeKind::Snp => Ok(()),
        TeeKind::Tdx => Err("evidence of Intel TDX cannot be appraised by this version".into()),
        TeeKind::Sgx => Err("evidence of Intel SGX cannot be appraised by this version".into()),
        TeeKind::Nitro => Err("evidence of AWS Nitro cannot be appraised by this version".into()),
    }
}

fn transcript(report: &snp::Report, expected: &[u8; 64]) -> Result<(), String> {
    if report.data == *expected {
        Ok(())
    } else {
        Err("the report data is not the one expected of this exchange".into())
    }
}

fn accepted(measurement: &str, reference: &ReferenceValues) -> Result<(), String> {
    if reference.measurements.contains(measurement) {
        Ok(())
    } else {
        Err(format!("measurement `{measurement}` is not an accepted reference value"))
    }
}
