//! AWS Nitro Enclaves: a COSE document, signed by a key of the hypervisor's that lives for hours.

mod document;

use cloister_model::{Assurance, Timestamp};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{
    CHAIN_CERTIFICATES, CHAIN_DATES, CHAIN_REPORT, CHAIN_ROOT, CHAIN_SIGNATURE, Evidence, Facts,
    PLATFORM_DEBUG, PLATFORM_PCRS, Policy, TrustRoots,
    checks::{Checks, must},
    x509::{Certificate, Scheme},
};

use document::Document;
pub use document::unframed;

/// How far the hypervisor's clock may be ahead of ours, in seconds.
const CLOCK_SKEW: i64 = 300;

/// The checks `chain` and `platform`, and what the document says.
pub(crate) fn examine(
    evidence: &Evidence,
    roots: &TrustRoots,
    policy: &Policy,
    at: Timestamp,
    checks: &mut Checks,
) -> Option<Facts> {
    let again = "ask the hypervisor for a new document";
    let document = checks.had(CHAIN_REPORT, again, read(evidence))?;
    let root = document.chain.first().is_some_and(|root| roots.is_aws(Sha256::digest(root).into()));
    let root = must(root, "the root certificate is not AWS's");
    checks.note(CHAIN_ROOT, "use a host of a vendor whose root is pinned", root);
    if let Some(chain) = checks.had(CHAIN_CERTIFICATES, again, certificates(&document)) {
        checks.note(CHAIN_SIGNATURE, again, signatures(&chain, &document));
        checks.note(CHAIN_DATES, again, dates(&chain, &document, at));
    }
    platform(&document, policy, checks);
    Some(facts(&document))
}

fn read(evidence: &Evidence) -> Result<Document, String> {
    if !evidence.certificates.is_empty() || !evidence.collateral.is_empty() {
        return Err("a document carries its certificates itself; nothing is expected beside it".into());
    }
    Document::parse(&evidence.report)
}

/// From the root to the leaf.
fn certificates(document: &Document) -> Result<Vec<Certificate>, String> {
    let named = |at: usize| if at == 0 { "root" } else { "intermediate" };
    let above = document.chain.iter().enumerate().map(|(at, der)| Certificate::decode(der, named(at)));
    above.chain([Certificate::decode(&document.leaf, "hypervisor's")]).collect()
}

fn signatures(chain: &[Certificate], document: &Document) -> Result<(), String> {
    let [root, .., leaf] = chain else { return Err("the chain is too short".into()) };
    root.issued_by(root, Scheme::Ecdsa)?;
    for pair in chain.windows(2) {
        let [issuer, issued] = pair else { continue };
        issuer.may_issue()?;
        issued.issued_by(issuer, Scheme::Ecdsa)?;
    }
    leaf.signed(&document.signed, &document.signature, "document")
}

/// The certificates' dates, and that the document was not made later than now.
fn dates(chain: &[Certificate], document: &Document, at: Timestamp) -> Result<(), String> {
    chain.iter().try_for_each(|certificate| certificate.in_dates(at))?;
    if document.made.since(at).micros() > CLOCK_SKEW * 1_000_000 {
        return Err(format!("the document is dated {}, which is yet to come", document.made));
    }
    Ok(())
}

fn platform(document: &Document, policy: &Policy, checks: &mut Checks) {
    // A debug enclave is signed like any other; only its registers are zero.
    let zero = (0..=2).any(|at| document.pcrs.get(&at).is_none_or(|pcr| pcr.iter().all(|byte| *byte == 0)));
    let debug = must(!zero, "the enclave runs in debug mode: its PCRs are zero");
    checks.note(PLATFORM_DEBUG, "launch without --debug-mode", debug);
    if policy.pcrs.is_empty() {
        checks.not_asked(PLATFORM_PCRS, "the policy names no further registers");
        return;
    }
    let wrong = policy.pcrs.iter().find(|(at, wanted)| {
        document.pcrs.get(at).map(hex::encode).as_deref() != Some(wanted.to_lowercase().as_str())
    });
    let pcrs = match wrong {
        Some((at, _)) => Err(format!("PCR{at} is not what the policy demands")),
        None => Ok(()),
    };
    checks.note(PLATFORM_PCRS, "see the reason", pcrs);
}

fn facts(document: &Document) -> Facts {
    let pcr = |at: u8| document.pcrs.get(&at).map(hex::encode).unwrap_or_default();
    let claims = json!({
        "module_id": document.module, "made": document.made,
        "pcrs": document.pcrs.iter().map(|(at, pcr)| (at.to_string(), hex::encode(pcr)))
            .collect::<std::collections::BTreeMap<_, _>>(),
        "nonce": document.nonce.as_deref().map(hex::encode),
        "public_key": document.public_key.as_deref().map(hex::encode),
    });
    Facts {
        measurement: pcr(0),
        report_data: document.user_data.as_deref().and_then(|data| data.try_into().ok()),
        assurance: Assurance::Hardware,
        claims,
    }
}
