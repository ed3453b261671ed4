//! Intel SGX and TDX quotes, verified by `dcap-qvl`. What that library leaves to its caller is checked here, by name.

mod collateral;
mod crypto;
mod platform;

use cloister_model::{Assurance, Timestamp};
use dcap_qvl::{
    QuoteClaims, QuotePolicy,
    quote::{Quote, Report},
    verify::QuoteVerifier,
};
use serde_json::json;

use crate::{
    CHAIN_COLLATERAL, CHAIN_DATES, CHAIN_REPORT, CHAIN_ROOT, CHAIN_SIGNATURE, Evidence, Facts, Policy,
    TeeKind, TrustRoots, checks::Checks, sha384,
};

use collateral::Collateral;

/// The checks `chain` and `platform`, and what the quote says.
pub(crate) fn examine(
    evidence: &Evidence,
    roots: &TrustRoots,
    policy: &Policy,
    at: Timestamp,
    checks: &mut Checks,
) -> Option<Facts> {
    let quote = checks.had(CHAIN_REPORT, "ask the TEE for a new quote", read(evidence))?;
    let anew = "fetch the collateral of this platform anew";
    let facts = facts(&quote.report);
    let collateral = Collateral::read(&evidence.collateral, &quote);
    let Some(collateral) = checks.had(CHAIN_COLLATERAL, anew, collateral) else {
        return Some(facts);
    };
    let root = checks.had(CHAIN_ROOT, "use a host of a vendor whose root is pinned", collateral.root(roots));
    checks.note(CHAIN_DATES, anew, collateral.in_dates(at));
    let claims = match root {
        Some(root) => verified(&evidence.report, &collateral, root, at),
        None => Err("the root that would vouch is not pinned".into()),
    };
    let claims = checks.had(CHAIN_SIGNATURE, "ask the TEE for a new quote; see the reason", claims);
    platform::examine(&quote.report, claims.as_ref(), policy, at, checks);
    Some(facts)
}

fn read(evidence: &Evidence) -> Result<Quote, String> {
    if !evidence.certificates.is_empty() {
        return Err("a quote carries its certificates itself; none are expected beside it".into());
    }
    let quote = Quote::parse(&evidence.report).map_err(|e| format!("the quote cannot be read: {e:#}"))?;
    let right = match evidence.tee {
        TeeKind::Tdx => !quote.report.is_sgx() && matches!(quote.header.version, 4 | 5),
        TeeKind::Sgx => quote.report.is_sgx() && quote.header.version == 3,
        TeeKind::Sim | TeeKind::Snp | TeeKind::Nitro => false,
    };
    let version = quote.header.version;
    if right { Ok(quote) } else { Err(format!("the quote is of another TEE, or of version {version}")) }
}

/// Signatures from the pinned root down to the quote, revocation, and that the collateral is of this platform.
fn verified(
    quote: &[u8],
    collateral: &Collateral,
    root: Vec<u8>,
    at: Timestamp,
) -> Result<QuoteClaims, String> {
    let now = u64::try_from(at.seconds()).unwrap_or(0);
    // Debug and service TDs are let through here, so that checks of their own refuse them.
    QuoteVerifier::<crypto::Audited>::new_with_config(root)
        .allow_debug(true)
        .allow_service_td(true)
        .verify_with_policy(quote, collateral.document(), now, &QuotePolicy::claims_only(now))
        .map_err(|e| format!("{e:#}"))
}

fn facts(report: &Report) -> Facts {
    let (measured, report_data, claims) = match (report.as_td10(), report.as_sgx()) {
        (Some(td), _) => {
            let registers = [td.rt_mr0, td.rt_mr1, td.rt_mr2, td.rt_mr3];
            let launch = [td.mr_td, td.mr_config_id, td.mr_owner, td.mr_owner_config];
            let claims = json!({
                "mr_td": hex::encode(td.mr_td), "rtmr": registers.map(hex::encode),
                "mr_config_id": hex::encode(td.mr_config_id), "mr_owner": hex::encode(td.mr_owner),
                "mr_owner_config": hex::encode(td.mr_owner_config), "mr_seam": hex::encode(td.mr_seam),
                "td_attributes": hex::encode(td.td_attributes), "xfam": hex::encode(td.xfam),
                "tee_tcb_svn": hex::encode(td.tee_tcb_svn),
            });
            (sha384(&[launch.concat(), registers.concat()].concat()), td.report_data, claims)
        }
        (None, Some(enclave)) => {
            let claims = json!({
                "mr_enclave": hex::encode(enclave.mr_enclave), "mr_signer": hex::encode(enclave.mr_signer),
                "isv_prod_id": enclave.isv_prod_id, "isv_svn": enclave.isv_svn,
                "attributes": hex::encode(enclave.attributes),
            });
            (sha384(&enclave.mr_enclave), enclave.report_data, claims)
        }
        (None, None) => ([0; 48], [0; 64], json!({})),
    };
    Facts {
        measurement: hex::encode(measured),
        report_data: Some(report_data),
        assurance: Assurance::Hardware,
        claims,
    }
}
