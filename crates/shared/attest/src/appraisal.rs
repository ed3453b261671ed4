//! The appraiser: one result a check, and the type that only a good appraisal makes.

use cloister_model::{Assurance, Timestamp};
use serde_json::Value;

use crate::{
    CHAIN, Evidence, MEASUREMENT, Policy, ReferenceValues, TRANSCRIPT, TeeKind, TrustRoots,
    checks::{CheckResult, Checks, Verdict, must},
    intel, nitro, snp,
};

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

/// What a report says of itself, believed only where every check holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The launch measurement, 96 lower-case hexadecimal digits.
    pub measurement: String,
    /// The report data; absent where the report has none of 64 bytes.
    pub report_data: Option<[u8; 64]>,
    /// Simulated under the development root, else hardware.
    pub assurance: Assurance,
    /// What else it says, by the vendor's names.
    pub claims: Value,
}

/// What evidence is compared with. What is absent is not asked, and evidence is then never [`Verified`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// The report data expected of this exchange.
    pub report_data: Option<&'a [u8; 64]>,
    /// The accepted measurements.
    pub reference: Option<&'a ReferenceValues>,
}

/// What every check said.
#[derive(Clone, Debug, PartialEq)]
pub struct Appraisal {
    /// One result a check, in the order in which they refuse.
    pub checks: Vec<CheckResult>,
    /// What the report says, where it could be read.
    pub facts: Option<Facts>,
}

impl Appraisal {
    /// The first check that refused.
    pub fn refused(&self) -> Option<RefusedCheck> {
        let bad = self.checks.iter().find(|check| check.verdict == Verdict::Refused)?;
        Some(RefusedCheck { check: bad.name, reason: bad.reason.clone() })
    }

    /// The verified evidence, or the first check that refused, or that was not asked and must be.
    pub fn verified(self) -> Result<Verified, RefusedCheck> {
        if let Some(refused) = self.refused() {
            return Err(refused);
        }
        for check in [TRANSCRIPT, MEASUREMENT] {
            let held = |result: &CheckResult| result.name == check && result.verdict == Verdict::Holds;
            if !self.checks.iter().any(held) {
                return Err(RefusedCheck { check, reason: "it was not compared with anything".into() });
            }
        }
        let unread = || RefusedCheck { check: CHAIN, reason: "the evidence could not be read".into() };
        let Facts { measurement, report_data, assurance, .. } = self.facts.ok_or_else(unread)?;
        Ok(Verified { measurement, report_data: report_data.ok_or_else(unread)?, assurance })
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
    let asked = Asked { report_data: Some(expected), reference: Some(reference) };
    examine(evidence, roots, policy, asked, at)
}

/// Examines evidence, also where nothing is known to compare it with.
pub fn examine(
    evidence: &Evidence,
    roots: &TrustRoots,
    policy: &Policy,
    asked: Asked<'_>,
    at: Timestamp,
) -> Appraisal {
    let mut below = Checks::default();
    let facts = match evidence.tee {
        TeeKind::Sim | TeeKind::Snp => snp::examine(evidence, roots, policy, at, &mut below),
        TeeKind::Tdx | TeeKind::Sgx => intel::examine(evidence, roots, policy, at, &mut below),
        TeeKind::Nitro => nitro::examine(evidence, roots, policy, at, &mut below),
    };
    let Some(facts) = facts else { return Appraisal { checks: below.0, facts: None } };
    let mut checks = Checks::default();
    match asked.report_data {
        Some(expected) => {
            let same = facts.report_data.as_ref() == Some(expected);
            let outcome = must(same, "the report data is not the one expected of this exchange");
            checks.note(TRANSCRIPT, "take a fresh challenge and ask for a new report", outcome);
        }
        None => checks.not_asked(TRANSCRIPT, "no report data was given to compare with"),
    }
    checks.0.append(&mut below.0);
    match asked.reference {
        Some(reference) => {
            let outcome = accepted(&facts.measurement, reference);
            checks.note(MEASUREMENT, "run the executable that the configuration names", outcome);
        }
        None => checks.not_asked(MEASUREMENT, "no accepted measurements were given to compare with"),
    }
    Appraisal { checks: checks.0, facts: Some(facts) }
}

fn accepted(measurement: &str, reference: &ReferenceValues) -> Result<(), String> {
    let known = reference.measurements.contains(measurement);
    must(known, format!("measurement `{measurement}` is not an accepted reference value"))
}
