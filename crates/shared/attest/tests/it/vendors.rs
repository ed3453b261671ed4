//! Captured evidence of Intel's and AWS's: each file of the shared folder reaches the verdict that stands beside it.

use cloister_attest::{
    Asked, Evidence, IntelPolicy, Policy, ReferenceValues, TeeKind, TrustRoots, Verdict, examine, from_files,
    group, nitro_document,
};
use cloister_model::{Assurance, Timestamp};

use crate::captured::file;

/// Several captured files; nothing where one is missing.
fn files<const N: usize>(names: [&str; N]) -> Option<[Vec<u8>; N]> {
    let read: Vec<_> = names.iter().map(|name| file(name)).collect::<Option<_>>()?;
    read.try_into().ok()
}

fn intel(tee: TeeKind, quote: &str, collateral: &str) -> Option<Evidence> {
    let folder = tee.word();
    let [report, collateral] = files([&format!("{folder}/{quote}"), &format!("{folder}/{collateral}")])?;
    Some(Evidence { tee, report, certificates: Vec::new(), collateral: vec![collateral] })
}

fn nitro(name: &str) -> Option<Evidence> {
    let framed = file(&format!("nitro/{name}"))?;
    let report = nitro_document(&framed).unwrap().to_vec();
    Some(Evidence { tee: TeeKind::Nitro, report, certificates: Vec::new(), collateral: Vec::new() })
}

/// `accepted`, or the check that refuses and a word of why.
fn outcome(evidence: &Evidence, policy: &Policy, at: &str) -> Result<(), (String, String)> {
    // What arrives is what was sent: collateral travels in the one encoding.
    let evidence = Evidence::from_bytes(&evidence.to_bytes()).unwrap();
    let at: Timestamp = at.parse().unwrap();
    let found = examine(&evidence, &TrustRoots::vendors(), policy, Asked::default(), at);
    match found.refused() {
        Some(refused) => Err((refused.check.to_owned(), refused.reason)),
        None => Ok(()),
    }
}

fn holds(evidence: &Evidence, policy: &Policy, at: &str) {
    assert_eq!(outcome(evidence, policy, at), Ok(()));
}

fn refuses(evidence: &Evidence, policy: &Policy, at: &str, (check, words): (&str, &str)) {
    let (got, reason) = outcome(evidence, policy, at).unwrap_err();
    assert_eq!(got, check, "{reason}");
    assert!(reason.contains(words), "{reason}");
}

fn allowing(status: &str) -> Policy {
    let intel = IntelPolicy { allow_statuses: [status.to_owned()].into(), ..IntelPolicy::default() };
    Policy { intel, ..Policy::default() }
}

#[test]
fn tdx_quotes_reach_their_known_verdicts() {
    let strict = Policy::default();
    let of = |quote: &str, collateral: &str| intel(TeeKind::Tdx, quote, collateral).unwrap();
    let (own, newer) = ("dcap-qvl/tdx_quote_collateral.json", "dcap-qvl/tdx_quote_td15ex_collateral.json");
    let v4 = of("dcap-qvl/tdx_quote", own);
    holds(&v4, &strict, "2025-07-01T00:00:00Z");
    // The same quote a year on, by the collateral of then: valid then, out of date now.
    let later = of("dcap-qvl/tdx_quote", newer);
    refuses(&later, &strict, "2026-10-22T00:00:00Z", ("platform.tcb", "OutOfDate"));
    holds(&later, &allowing("OutOfDate"), "2026-10-22T00:00:00Z");
    let rejecting = IntelPolicy {
        allow_statuses: ["OutOfDate".to_owned()].into(),
        refuse_advisories: ["INTEL-SA-01192".to_owned()].into(),
        ..IntelPolicy::default()
    };
    let rejecting = Policy { intel: rejecting, ..Policy::default() };
    refuses(&later, &rejecting, "2026-10-22T00:00:00Z", ("platform.tcb", "INTEL-SA-01192"));
    let evaluated = Policy {
        intel: IntelPolicy { least_evaluation: 999, ..IntelPolicy::default() },
        ..Policy::default()
    };
    refuses(&v4, &evaluated, "2025-07-01T00:00:00Z", ("platform.tcb", "999"));
    refuses(&v4, &allowing("Fine"), "2025-07-01T00:00:00Z", ("platform.tcb", "`Fine`, which is no"));
    let still = IntelPolicy { refuse_dynamic_platform: true, ..IntelPolicy::default() };
    let still = Policy { intel: still, ..Policy::default() };
    refuses(&v4, &still, "2025-07-01T00:00:00Z", ("platform.registration", "processors can be added"));
    refuses(&v4, &strict, "2026-11-23T00:00:00Z", ("chain.dates", "expired"));
    refuses(&v4, &strict, "2025-05-01T00:00:00Z", ("chain.dates", "not valid before"));
    let v5 = of("dcap-qvl/tdx_quote_td15ex", newer);
    holds(&v5, &strict, "2026-10-20T00:00:00Z");
    refuses(&v5, &strict, "2026-11-23T00:00:00Z", ("chain.dates", "expired"));
    let below = of("dcap-qvl/tdx_quote_outdated", "dcap-qvl/tdx_quote_outdated_collateral.json");
    let (check, _) = outcome(&below, &strict, "2025-07-01T00:00:00Z").unwrap_err();
    assert_eq!(group(&check), "chain");
    for collateral in [own, newer] {
        for at in ["2025-07-01T00:00:00Z", "2026-10-20T00:00:00Z"] {
            let Some(other) = intel(TeeKind::Tdx, "dstack/tdx_quote", collateral) else { return };
            assert!(outcome(&other, &strict, at).is_err(), "{collateral} {at}");
        }
    }
}

#[test]
fn sgx_quotes_reach_their_known_verdicts() {
    let quote = intel(TeeKind::Sgx, "dcap-qvl/sgx_quote", "dcap-qvl/sgx_quote_collateral.json").unwrap();
    let status = "ConfigurationAndSWHardeningNeeded";
    let then = "2025-07-01T00:00:00Z";
    refuses(&quote, &Policy::default(), then, ("platform.tcb", status));
    holds(&quote, &allowing(status), then);
    refuses(&quote, &allowing(status), "2026-11-23T00:00:00Z", ("chain.dates", "expired"));
    let other = Evidence { tee: TeeKind::Tdx, ..quote.clone() };
    refuses(&other, &Policy::default(), then, ("chain.report", "another TEE"));
    let bare = Evidence { collateral: Vec::new(), ..quote };
    refuses(&bare, &Policy::default(), then, ("chain.collateral", "brings no collateral"));
}

#[test]
fn nitro_documents_reach_their_known_verdicts() {
    let strict = Policy::default();
    for (name, at, pcr0, has_data) in [
        ("library/attestation.cose", "2025-01-06T16:07:05Z", "8bb159f2", false),
        ("dstack/nitro_attestation.bin", "2025-12-25T13:15:37Z", "5cb70295", true),
        ("dstack/dstack_attest_nitro_attestation.bin", "2025-12-25T16:04:19Z", "eb7d0dab", true),
    ] {
        let Some(document) = nitro(name) else { continue };
        holds(&document, &strict, at);
        refuses(&document, &strict, "2026-11-23T00:00:00Z", ("chain.dates", "expired"));
        refuses(&document, &strict, "2025-01-01T00:00:00Z", ("chain.dates", "not valid before"));
        let found =
            examine(&document, &TrustRoots::vendors(), &strict, Asked::default(), at.parse().unwrap());
        let facts = found.facts.unwrap();
        assert!(facts.measurement.starts_with(pcr0), "{}", facts.measurement);
        assert_eq!((facts.assurance, facts.report_data.is_some()), (Assurance::Hardware, has_data));
        let pcr = |at: u8, value: &str| Policy { pcrs: [(at, value.into())].into(), ..Policy::default() };
        holds(&document, &pcr(0, &facts.measurement.to_uppercase()), at);
        refuses(&document, &pcr(1, &"00".repeat(48)), at, ("platform.pcrs", "PCR1"));
        let nobody =
            examine(&document, &TrustRoots::default(), &strict, Asked::default(), at.parse().unwrap());
        assert_eq!(nobody.refused().unwrap().check, "chain.root");
    }
    let Some(debug) = nitro("dstack/nitro_attestation_dbg.bin") else { return };
    refuses(&debug, &strict, "2025-12-25T08:20:46Z", ("platform.debug", "debug mode"));
}

/// Evidence that holds, a policy and a moment, and which of its bytes are signed.
fn good(tee: TeeKind) -> (Evidence, Policy, &'static str, Vec<usize>) {
    match tee {
        TeeKind::Tdx => {
            let v4 = intel(tee, "dcap-qvl/tdx_quote", "dcap-qvl/tdx_quote_collateral.json").unwrap();
            // Header and TD report, the signature over them, the attestation key, and the QE's report with its signature.
            let signed = (0..632).chain(636..764).chain(770..1218).collect();
            (v4, Policy::default(), "2025-07-01T00:00:00Z", signed)
        }
        TeeKind::Sgx => {
            let quote = intel(tee, "dcap-qvl/sgx_quote", "dcap-qvl/sgx_quote_collateral.json").unwrap();
            let signed = (0..432).chain(436..1012).collect();
            (quote, allowing("ConfigurationAndSWHardeningNeeded"), "2025-07-01T00:00:00Z", signed)
        }
        TeeKind::Nitro => {
            let document = nitro("library/attestation.cose").unwrap();
            let all = (0..document.report.len()).collect();
            (document, Policy::default(), "2025-01-06T16:07:05Z", all)
        }
        TeeKind::Snp | TeeKind::Sim => {
            let folder = "sev-snp/sev-crate";
            let names = ["report_milan.hex", "vcek_milan.der", "cert_chain_milan"];
            let [report, vcek, chain] =
                files(names.map(|name| format!("{folder}/{name}")).each_ref().map(String::as_str)).unwrap();
            let evidence = from_files(TeeKind::Snp, &report, &[chain, vcek], Vec::new()).unwrap();
            (evidence, Policy::default(), "2026-09-01T00:00:00Z", (0..1184).collect())
        }
    }
}

/// Flips one bit of each signed byte; every bit by `cargo xtask attest-exhaustive`.
fn flip(tee: TeeKind) {
    let all = every_bit();
    let (evidence, policy, at, signed) = good(tee);
    holds(&evidence, &policy, at);
    let last = signed.last().copied().unwrap();
    for byte in signed {
        let one = byte * 7 % 8;
        for bit in if all { 0..8 } else { one..one + 1 } {
            let mut bad = evidence.clone();
            bad.report[byte] ^= 1 << bit;
            assert!(outcome(&bad, &policy, at).is_err(), "{tee:?}: byte {byte} bit {bit}");
        }
    }
    for length in [0, 1, last / 2, last] {
        let cut = Evidence { report: evidence.report[..length].to_vec(), ..evidence.clone() };
        assert!(outcome(&cut, &policy, at).is_err(), "{tee:?} cut to {length}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how much is flipped is the caller's choice, not a property of the code"
)]
fn every_bit() -> bool {
    std::env::var_os("CLOISTER_ATTEST_EXHAUSTIVE").is_some()
}

#[test]
fn one_flipped_bit_of_a_tdx_quote_is_refused() {
    flip(TeeKind::Tdx);
}

#[test]
fn one_flipped_bit_of_an_sgx_quote_is_refused() {
    flip(TeeKind::Sgx);
}

#[test]
fn one_flipped_bit_of_a_nitro_document_is_refused() {
    flip(TeeKind::Nitro);
}

#[test]
fn one_flipped_bit_of_a_report_is_refused() {
    flip(TeeKind::Snp);
}

#[test]
fn what_was_not_compared_is_said_and_never_verified() {
    let document = nitro("dstack/nitro_attestation.bin");
    let document = document.map(|document| (document, Policy::default(), "2025-12-25T13:15:37Z"));
    let others = [TeeKind::Snp, TeeKind::Tdx, TeeKind::Sgx].map(good);
    let others = others.map(|(evidence, policy, at, _)| (evidence, policy, at));
    for (evidence, policy, at) in others.into_iter().chain(document) {
        let at: Timestamp = at.parse().unwrap();
        let roots = TrustRoots::vendors();
        let found = examine(&evidence, &roots, &policy, Asked::default(), at);
        let asked = |name: &str| found.checks.iter().find(|check| check.name == name).unwrap().verdict;
        assert_eq!((asked("transcript"), asked("measurement")), (Verdict::NotAsked, Verdict::NotAsked));
        let facts = found.facts.clone().unwrap();
        assert_eq!(found.verified().unwrap_err().check, "transcript");
        let (data, reference) =
            (facts.report_data.unwrap(), ReferenceValues::new([facts.measurement.clone()]));
        let judge = |data: &[u8; 64], reference: &ReferenceValues| {
            cloister_attest::appraise(&evidence, &roots, reference, &policy, data, at).verified()
        };
        let verified = judge(&data, &reference).unwrap();
        assert_eq!((verified.measurement(), verified.report_data()), (facts.measurement.as_str(), &data));
        let mut other = data;
        other[63] ^= 1;
        assert_eq!(judge(&other, &reference).unwrap_err().check, "transcript");
        assert_eq!(judge(&data, &ReferenceValues::default()).unwrap_err().check, "measurement");
    }
}
