//! From the pinned root to the report.

use cloister_model::{Assurance, Timestamp};
use sha2::{Digest as _, Sha256};

use super::{
    Generation, Report,
    certificate::{chip, tcb as certified_tcb},
    tcb,
};
use crate::{
    CHAIN_CERTIFICATES, CHAIN_CHIP, CHAIN_DATES, CHAIN_KEY, CHAIN_REVOCATION, CHAIN_ROOT, CHAIN_SIGNATURE,
    CHAIN_TCB, Evidence, Policy, TeeKind, TrustRoots,
    checks::{Checks, must},
    x509::{Certificate, RevocationList, Scheme},
};

/// What the root that vouches says about everything below it.
pub(super) struct Link {
    pub(super) generation: Generation,
    pub(super) assurance: Assurance,
}

/// Who signed the report.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    /// The chip's own key.
    Vcek,
    /// A key that AMD gives to a cloud.
    Vlek,
}

struct Chain {
    vek: Certificate,
    ask: Certificate,
    ark: Certificate,
}

/// The checks `chain`; nothing where the root does not vouch.
pub(super) fn examine(
    evidence: &Evidence,
    report: &Report,
    roots: &TrustRoots,
    policy: &Policy,
    at: Timestamp,
    checks: &mut Checks,
) -> Option<Link> {
    let root = root(evidence, roots);
    let link = checks.had(CHAIN_ROOT, "use a host of a vendor whose root is pinned", root);
    let chain = checks.had(CHAIN_CERTIFICATES, "fetch the chip's certificates anew", read(evidence))?;
    let Chain { vek, ask, ark } = &chain;
    checks.note(CHAIN_SIGNATURE, "fetch the chip's certificates anew", signatures(&chain, report));
    let dates = [ark, ask, vek].into_iter().try_for_each(|certificate| certificate.in_dates(at));
    checks.note(CHAIN_DATES, "fetch the chip's certificates anew", dates);
    revocation(evidence, &chain, policy, at, checks);
    let key = key(report, policy);
    checks.note(CHAIN_KEY, "let the chip's own key sign, or allow VLEK in the policy", key.clone().map(drop));
    match key {
        Ok(Key::Vlek) => checks.not_asked(CHAIN_CHIP, "a cloud's key (VLEK) names no chip"),
        Ok(Key::Vcek) | Err(_) => {
            checks.note(CHAIN_CHIP, "fetch the certificates of this chip", same_chip(vek, report));
        }
    }
    let generation = link.as_ref().map_or(Generation::Milan, |link| link.generation);
    let certified = certified_tcb(vek).and_then(|certified| {
        let same = certified == tcb(report.reported_tcb, generation);
        must(same, "the chip's certificate is of another TCB than the report")
    });
    checks.note(CHAIN_TCB, "fetch the chip's certificate for the TCB that it reports", certified);
    link
}

/// The only place that knows simulation from hardware.
fn root(evidence: &Evidence, roots: &TrustRoots) -> Result<Link, String> {
    let ark = evidence.certificates.get(2).map(Vec::as_slice).unwrap_or_default();
    match evidence.tee {
        TeeKind::Snp => match roots.amd(Sha256::digest(ark).into()) {
            Some(generation) => Ok(Link { generation, assurance: Assurance::Hardware }),
            None => Err("the root certificate is none of AMD's".into()),
        },
        TeeKind::Sim if !cfg!(feature = "sim-tee") => {
            Err("evidence is simulated, and this build accepts no development root".into())
        }
        TeeKind::Sim if roots.is_development(ark) => {
            Ok(Link { generation: Generation::Milan, assurance: Assurance::Simulated })
        }
        TeeKind::Sim => Err("the root certificate is not the development root that is trusted here".into()),
        TeeKind::Tdx | TeeKind::Sgx | TeeKind::Nitro => Err("this kind of evidence has no AMD root".into()),
    }
}

fn read(evidence: &Evidence) -> Result<Chain, String> {
    let [vek, ask, ark] = evidence.certificates.as_slice() else {
        return Err(format!(
            "three certificates are needed (VCEK or VLEK, ASK or ASVK, ARK), got {}",
            evidence.certificates.len()
        ));
    };
    let ark = Certificate::decode(ark, "ARK")?;
    let ask = Certificate::decode(ask, "ASK")?;
    Ok(Chain { vek: Certificate::decode(vek, "chip's")?, ask, ark })
}

/// Every signature from the root down to the report.
fn signatures(chain: &Chain, report: &Report) -> Result<(), String> {
    let Chain { vek, ask, ark } = chain;
    if !ark.is_self_named() {
        return Err("the ARK certificate is no root".into());
    }
    ark.issued_by(ark, Scheme::RsaPss)?;
    ask.issued_by(ark, Scheme::RsaPss)?;
    vek.issued_by(ask, Scheme::RsaPss)?;
    vek.signed(&report.signed, &report.signature, "report")
}

fn revocation(evidence: &Evidence, chain: &Chain, policy: &Policy, at: Timestamp, checks: &mut Checks) {
    let remedy = "fetch AMD's revocation list anew; a certificate that it names never counts again";
    if evidence.collateral.is_empty() {
        let none = "the evidence brings no revocation list";
        if policy.require_revocation_list {
            checks.note(CHAIN_REVOCATION, remedy, Err(none.into()));
        } else {
            checks.not_asked(CHAIN_REVOCATION, none);
        }
        return;
    }
    let lists = evidence.collateral.iter().try_for_each(|der| {
        let list = RevocationList::decode(der)?;
        list.issued_by(&chain.ark, Scheme::RsaPss).or_else(|_| list.issued_by(&chain.ask, Scheme::RsaPss))?;
        list.in_dates(at)?;
        match [&chain.ask, &chain.vek].into_iter().find(|certificate| list.revokes(certificate)) {
            Some(certificate) => Err(format!("the {} certificate is revoked", certificate.name())),
            None => Ok(()),
        }
    });
    checks.note(CHAIN_REVOCATION, remedy, lists);
}

/// Bits 4:2 name the key that signed: 0 is the chip's own (VCEK). Bit 1 says that the chip's id is masked.
fn key(report: &Report, policy: &Policy) -> Result<Key, String> {
    match (report.key_info >> 2) & 7 {
        0 if report.key_info & 2 == 0 => Ok(Key::Vcek),
        0 => Err("the report hides which chip made it".into()),
        1 if policy.allow_vlek => Ok(Key::Vlek),
        1 => Err("the report is signed by a VLEK, which is not accepted".into()),
        other => Err(format!("the report is signed by key {other}, which is not accepted")),
    }
}

fn same_chip(vek: &Certificate, report: &Report) -> Result<(), String> {
    let id = chip(vek).ok_or("the chip's certificate names no chip")?;
    let same = match id.len() {
        64 => report.chip_id == id,
        8 => report.chip_id.starts_with(id) && report.chip_id[8..].iter().all(|b| *b == 0),
        _ => false,
    };
    must(same, "the chip's certificate is of another chip than the report")
}
