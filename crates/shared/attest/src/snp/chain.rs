//! From the pinned root to the report.

use cloister_model::{Assurance, Timestamp};
use sha2::{Digest as _, Sha256};

use super::{Generation, Report, certificate::Certificate, tcb};
use crate::{Evidence, TeeKind, TrustRoots};

/// What the root that vouches says about everything below it.
pub(crate) struct Link {
    pub(crate) generation: Generation,
    pub(crate) assurance: Assurance,
}

/// The check `chain`.
pub(crate) fn chain(
    evidence: &Evidence,
    report: &Report,
    roots: &TrustRoots,
    at: Timestamp,
) -> Result<Link, String> {
    let [vcek, ask, ark] = evidence.certificates.as_slice() else {
        return Err(format!(
            "three certificates are needed (VCEK, ASK, ARK), got {}",
            evidence.certificates.len()
        ));
    };
    let link = root(evidence.tee, ark, roots)?;
    let ark = Certificate::decode(ark, "ARK")?;
    let ask = Certificate::decode(ask, "ASK")?;
    let vcek = Certificate::decode(vcek, "VCEK")?;
    if !ark.is_self_named() {
        return Err("the ARK certificate is no root".into());
    }
    ark.issued_by(&ark)?;
    ask.issued_by(&ark)?;
    vcek.issued_by(&ask)?;
    for certificate in [&ark, &ask, &vcek] {
        certificate.in_dates(at)?;
    }
    signing_key(report)?;
    chip(&vcek, report)?;
    if vcek.tcb()? != tcb(report.reported_tcb, link.generation) {
        return Err("the chip's certificate is of another TCB than the report".into());
    }
    vcek.signed(&report.signed, &report.signature)?;
    Ok(link)
}

/// The only place that knows simulation from hardware.
fn root(tee: TeeKind, ark: &[u8], roots: &TrustRoots) -> Result<Link, String> {
    match tee {
        TeeKind::Snp => match roots.vendor(Sha256::digest(ark).into()) {
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

/// Bits 4:2 name the key that signed: 0 is the chip's own (VCEK). Bit 1 says that the chip's id is masked.
fn signing_key(report: &Report) -> Result<(), String> {
    match (report.key_info >> 2) & 7 {
        0 if report.key_info & 2 == 0 => Ok(()),
        0 => Err("the report hides which chip made it".into()),
        1 => Err("the report is signed by a VLEK, which is not accepted".into()),
        other => Err(format!("the report is signed by key {other}, which is not accepted")),
    }
}

fn chip(vcek: &Certificate, report: &Report) -> Result<(), String> {
    let id = vcek.chip().ok_or("the chip's certificate names no chip")?;
    let same = match id.len() {
        64 => report.chip_id == id,
        8 => report.chip_id.starts_with(id) && report.chip_id[8..].iter().all(|b| *b == 0),
        _ => false,
    };
    if same { Ok(()) } else { Err("the chip's certificate is of another chip than the report".into()) }
}
