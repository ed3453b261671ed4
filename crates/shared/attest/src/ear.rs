//! An appraisal as JSON, in the shape of an EAT Attestation Result (draft-ietf-rats-ear): status, policy and time by its
//! names, the checks beside them by ours.

use cloister_model::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{Appraisal, Policy};

/// The appraisal of one piece of evidence; `tee` names its kind.
pub fn ear(appraisal: &Appraisal, tee: &str, policy: &Policy, at: Timestamp) -> Value {
    let refused = appraisal.refused();
    let status = if refused.is_some() { "contraindicated" } else { "affirming" };
    let policy = serde_json::to_vec(policy).unwrap_or_default();
    let facts = appraisal.facts.as_ref();
    let mut part = json!({
        "ear.status": status,
        "ear.appraisal-policy-id": format!("sha256:{}", hex::encode(Sha256::digest(policy))),
        "cloister.checks": appraisal.checks,
    });
    if let Some(facts) = facts {
        part["cloister.measurement"] = json!(facts.measurement);
        part["cloister.report-data"] = json!(facts.report_data.map(hex::encode));
        part["cloister.assurance"] = json!(facts.assurance);
        part["cloister.claims"] = facts.claims.clone();
    }
    let mut all = json!({
        "eat_profile": "tag:cloister.dev,2026:attestation-result/1",
        "iat": at.seconds(),
        "ear.verifier-id": {
            "developer": "https://cloister.dev",
            "build": concat!("cloister-attest ", env!("CARGO_PKG_VERSION")),
        },
        "ear.status": status,
        "submods": { tee: part },
        "accepted": refused.is_none(),
    });
    if let Some(refused) = refused {
        all["refused_check"] = json!(refused.check);
        all["reason"] = json!(refused.reason);
    }
    all
}
