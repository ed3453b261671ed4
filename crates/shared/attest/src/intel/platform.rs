//! What a platform of Intel's must be: up to date, closed to its host and to other TDs.

use std::time::Duration;

use cloister_model::Timestamp;
use dcap_qvl::{
    PckCertFlag, Policy as _, QuoteClaims, QuotePolicy, TcbStatus,
    quote::{Report, TDAttributes},
};

use crate::{
    IntelPolicy, PLATFORM_ATTRIBUTES, PLATFORM_DEBUG, PLATFORM_MIGRATION, PLATFORM_REGISTRATION,
    PLATFORM_SERVICES, PLATFORM_SMT, PLATFORM_TCB, Policy,
    checks::{Checks, must},
};

/// Of an enclave's attributes: it is initialised, it may be debugged.
const SGX_INIT: u8 = 1;
const SGX_DEBUG: u8 = 2;

/// The checks `platform`; what only verified claims tell is refused without them.
pub(super) fn examine(
    report: &Report,
    claims: Option<&QuoteClaims>,
    policy: &Policy,
    at: Timestamp,
    checks: &mut Checks,
) {
    match (report.as_td10(), report.as_sgx()) {
        (Some(td), _) => trust_domain(report, td.td_attributes, checks),
        (None, Some(enclave)) => {
            let flags = enclave.attributes[0];
            let debug = must(flags & SGX_DEBUG == 0, "the enclave may be debugged by its host");
            checks.note(PLATFORM_DEBUG, "launch without debug", debug);
            let ready = must(flags & SGX_INIT != 0, "the enclave was not initialised");
            checks.note(PLATFORM_ATTRIBUTES, "launch the enclave anew", ready);
        }
        (None, None) => {
            checks.note(PLATFORM_ATTRIBUTES, "ask the TEE for a new quote", Err("no report".into()));
        }
    }
    let Some(claims) = claims else { return };
    checks.note(PLATFORM_TCB, "update the host's firmware", status(claims, &policy.intel, at));
    let pck = &claims.platform.pck;
    let open = |flag: PckCertFlag, refused: bool| flag == PckCertFlag::True && refused;
    let registration = must(
        !open(pck.dynamic_platform, policy.intel.refuse_dynamic_platform),
        "processors can be added to the platform",
    )
    .and_then(|()| {
        must(!open(pck.cached_keys, policy.intel.refuse_cached_keys), "the platform's keys may be cached")
    });
    checks.note(PLATFORM_REGISTRATION, "register the platform anew, or allow it in the policy", registration);
    let smt = must(!open(pck.smt_enabled, policy.intel.refuse_smt), "two threads may share a core");
    checks.note(PLATFORM_SMT, "switch SMT off, or allow it in the policy", smt);
}

fn trust_domain(report: &Report, attributes: [u8; 8], checks: &mut Checks) {
    let Some(flags) = checks.had(
        PLATFORM_ATTRIBUTES,
        "launch the TD with the attributes that are defined",
        TDAttributes::parse(attributes).map_err(|e| e.to_string()).and_then(|flags| {
            must(flags.reserved == 0, "attributes are set whose meaning is not known")?;
            must(flags.sec.sept_ve_disable, "the host can make the TD take exceptions on its memory")?;
            Ok(flags)
        }),
    ) else {
        return;
    };
    checks.note(
        PLATFORM_DEBUG,
        "launch without debug",
        must(flags.tud == 0, "the TD may be debugged by its host"),
    );
    checks.note(
        PLATFORM_MIGRATION,
        "launch without migration",
        must(!flags.sec.migratable, "the TD may be migrated"),
    );
    let bound = report.as_td15().is_some_and(|td| td.mr_service_td != [0; 48]);
    let services = must(!bound && !flags.sec.servtd_ext, "another TD may serve this one");
    checks.note(PLATFORM_SERVICES, "launch without service TDs", services);
}

/// TCB status, advisories and the collateral's evaluation number.
fn status(claims: &QuoteClaims, policy: &IntelPolicy, at: Timestamp) -> Result<(), String> {
    let now = u64::try_from(at.seconds()).unwrap_or(0);
    let mut demanded = QuotePolicy::strict(now)
        .allow_dynamic_platform(true)
        .allow_cached_keys(true)
        .allow_smt(true)
        .min_tcb_eval_data_number(policy.least_evaluation);
    for word in &policy.allow_statuses {
        let status: TcbStatus = serde_json::from_value(word.as_str().into())
            .map_err(|_| format!("the policy allows `{word}`, which is no TCB status"))?;
        demanded = demanded.allow_status(status);
        if matches!(status, TcbStatus::OutOfDate | TcbStatus::OutOfDateConfigurationNeeded) {
            // Allowed is allowed: how long ago the level was current does not matter then.
            let ever = Duration::from_secs(u64::MAX);
            demanded = demanded.platform_grace_period(ever).qe_grace_period(ever);
        }
    }
    for advisory in &policy.refuse_advisories {
        demanded = demanded.reject_advisory(advisory.as_str());
    }
    demanded.validate(claims).map_err(|e| {
        let advisories = claims.tcb.advisory_ids.join(", ");
        format!("TCB status {:?}, advisories [{advisories}]: {e:#}", claims.tcb.status)
    })
}
