//! `cloister attest`: every captured file reaches the verdict that stands beside it, and bad input is told apart.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::cloister;

// The same files as the appraisal's own tests, found in the same places.
#[path = "../../../../shared/attest/tests/it/captured.rs"]
#[expect(clippy::print_stderr, reason = "what is skipped is said")]
mod captured;

/// Evidence with the files beside it, a moment, and the check that refuses or none.
struct Row {
    kind: &'static str,
    evidence: &'static str,
    beside: &'static [&'static str],
    at: &'static str,
    refused: Option<&'static str>,
}

const fn row(
    kind: &'static str,
    evidence: &'static str,
    beside: &'static [&'static str],
    at: &'static str,
    refused: Option<&'static str>,
) -> Row {
    Row { kind, evidence, beside, at, refused }
}

const THEN: &str = "2026-09-01T00:00:00Z";
const MILAN: &str = "sev-snp/ms-tee-attestation-verification/milan_attestation_report.bin";
const GENOA: &str = "sev-snp/ms-tee-attestation-verification/genoa_attestation_report.bin";
const MILAN_VCEK: &str = "sev-snp/ms-tee-attestation-verification/milan_vcek.pem";
const GENOA_VCEK: &str = "sev-snp/ms-tee-attestation-verification/genoa_vcek.pem";
const MILAN_ASK: &str = "sev-snp/attestation-rs/amd-roots/milan-ask.der";
const MILAN_ASVK: &str = "sev-snp/attestation-rs/amd-roots/milan-asvk.der";
const MILAN_ARK: &str = "sev-snp/attestation-rs/amd-roots/milan-ark.der";
const GENOA_ASK: &str = "sev-snp/attestation-rs/amd-roots/genoa-ask.der";
const GENOA_ARK: &str = "sev-snp/attestation-rs/amd-roots/genoa-ark.der";
const SEV: &str = "sev-snp/sev-crate/report_milan.hex";
const SEV_CHAIN: &[&str] = &["sev-snp/sev-crate/cert_chain_milan", "sev-snp/sev-crate/vcek_milan.der"];
const TRUSTEE: &str = "sev-snp/trustee/test-report.bin";
const VLEK: &str = "sev-snp/trustee/test-vlek-report.bin";
const VLEK_CHAIN: &[&str] = &["sev-snp/trustee/test-vlek.der", MILAN_ASVK, MILAN_ARK];
const DSTACK: &str = "sev-snp/dstack/sev_snp_attestation.bin";
const TDX: &str = "tdx/dcap-qvl/tdx_quote";
const TDX_OWN: &[&str] = &["tdx/dcap-qvl/tdx_quote_collateral.json"];
const TDX_NEWER: &[&str] = &["tdx/dcap-qvl/tdx_quote_td15ex_collateral.json"];
const TDX_BELOW: &[&str] = &["tdx/dcap-qvl/tdx_quote_outdated_collateral.json"];
const SGX: &str = "sgx/dcap-qvl/sgx_quote";
const SGX_OWN: &[&str] = &["sgx/dcap-qvl/sgx_quote_collateral.json"];

const ROWS: [Row; 26] = [
    row("snp", MILAN, &[MILAN_VCEK, MILAN_ASK, MILAN_ARK], THEN, None),
    row("snp", GENOA, &[GENOA_ARK, GENOA_ASK, GENOA_VCEK], THEN, None),
    row("snp", SEV, SEV_CHAIN, THEN, None),
    row("snp", TRUSTEE, &["sev-snp/trustee/test-vcek.der", MILAN_ASK, MILAN_ARK], THEN, None),
    row(
        "snp",
        TRUSTEE,
        &["sev-snp/trustee/test-vcek-invalid-legacy.der", MILAN_ASK, MILAN_ARK],
        THEN,
        Some("chain.signature"),
    ),
    row(
        "snp",
        TRUSTEE,
        &["sev-snp/trustee/test-vcek-invalid-new.der", MILAN_ASK, MILAN_ARK],
        THEN,
        Some("chain.signature"),
    ),
    row("snp", VLEK, VLEK_CHAIN, THEN, Some("chain.dates")),
    row("snp", VLEK, VLEK_CHAIN, "2025-06-01T00:00:00Z", Some("chain.key")),
    row(
        "snp",
        DSTACK,
        &["sev-snp/dstack/sev_snp_vcek.pem", "sev-snp/dstack/sev_snp_ask.pem", MILAN_ARK],
        THEN,
        None,
    ),
    row("snp", MILAN, &[MILAN_VCEK, MILAN_ASK, GENOA_ARK], THEN, Some("chain.signature")),
    row("snp", MILAN, &[GENOA_VCEK, GENOA_ASK, GENOA_ARK], THEN, Some("chain.signature")),
    row("snp", SEV, SEV_CHAIN, "2034-01-01T00:00:00Z", Some("chain.dates")),
    row("tdx", TDX, TDX_OWN, "2025-07-01T00:00:00Z", None),
    row("tdx", TDX, TDX_NEWER, "2026-10-22T00:00:00Z", Some("platform.tcb")),
    row("tdx", TDX, TDX_OWN, "2026-11-23T00:00:00Z", Some("chain.dates")),
    row("tdx", TDX, TDX_OWN, "2025-05-01T00:00:00Z", Some("chain.dates")),
    row("tdx", "tdx/dcap-qvl/tdx_quote_td15ex", TDX_NEWER, "2026-10-20T00:00:00Z", None),
    row("tdx", "tdx/dcap-qvl/tdx_quote_td15ex", TDX_NEWER, "2026-11-23T00:00:00Z", Some("chain.dates")),
    row("tdx", "tdx/dcap-qvl/tdx_quote_outdated", TDX_BELOW, "2026-03-01T00:00:00Z", Some("chain.signature")),
    row("tdx", "tdx/dstack/tdx_quote", TDX_BELOW, "2026-03-01T00:00:00Z", Some("chain.signature")),
    row("sgx", SGX, SGX_OWN, "2025-07-01T00:00:00Z", Some("platform.tcb")),
    row("nitro", "nitro/library/attestation.cose", &[], "2025-01-06T16:07:05Z", None),
    row("nitro", "nitro/dstack/nitro_attestation.bin", &[], "2025-12-25T13:15:37Z", None),
    row("nitro", "nitro/dstack/nitro_attestation.bin", &[], THEN, Some("chain.dates")),
    row("nitro", "nitro/dstack/dstack_attest_nitro_attestation.bin", &[], "2025-12-25T16:04:19Z", None),
    row(
        "nitro",
        "nitro/dstack/nitro_attestation_dbg.bin",
        &[],
        "2025-12-25T08:20:46Z",
        Some("platform.debug"),
    ),
];

/// Writes captured files into a folder; nothing where one is not at hand.
fn place(folder: &Path, names: &[&str]) -> Option<Vec<String>> {
    let write = |name: &&str| {
        let path = folder.join(name.replace('/', "_"));
        fs::write(&path, captured::file(name)?).unwrap();
        Some(path.to_str().unwrap().to_owned())
    };
    names.iter().map(write).collect()
}

fn verify(folder: &Path, row: &Row, more: &[&str]) -> Option<(i32, Value)> {
    let evidence = place(folder, &[row.evidence])?;
    let beside = place(folder, row.beside)?;
    let mut words = vec!["attest", "verify", "--kind", row.kind, "--at", row.at, "--evidence", &evidence[0]];
    if !beside.is_empty() {
        words.push(if row.kind == "snp" { "--certs" } else { "--collateral" });
        words.extend(beside.iter().map(String::as_str));
    }
    words.extend(more);
    Some(cloister(&folder.join("home"), &words))
}

#[test]
fn captured_files_reach_the_verdicts_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut made = 0;
    for row in ROWS {
        let Some((code, document)) = verify(folder.path(), &row, &[]) else { continue };
        assert_eq!(code, i32::from(row.refused.is_some()), "{} {}: {document}", row.evidence, row.at);
        assert_eq!(
            document["refused_check"].as_str(),
            row.refused,
            "{} {}: {document}",
            row.evidence,
            row.at
        );
        assert_eq!(document["accepted"], row.refused.is_none());
        made += 1;
    }
    // What the libraries ship is always at hand.
    assert!(made >= 10, "only {made} files were found");
}

#[test]
fn a_policy_measurements_and_report_data_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.json");
    let judge = |row: &Row, demanded: Value, more: &[&str]| {
        fs::write(&policy, demanded.to_string()).unwrap();
        let words = [&["--policy", policy.to_str().unwrap()][..], more].concat();
        verify(folder.path(), row, &words).unwrap()
    };
    let sgx = row("sgx", SGX, SGX_OWN, "2025-07-01T00:00:00Z", None);
    let allowed = json!({ "intel": { "allow_statuses": ["ConfigurationAndSWHardeningNeeded"] } });
    assert_eq!(judge(&sgx, allowed, &[]).0, 0);
    let snp = row("snp", SEV, SEV_CHAIN, THEN, None);
    let (_, document) = judge(&snp, json!({}), &[]);
    let said = &document["submods"]["snp"];
    let (measurement, data) = (said["cloister.measurement"].clone(), said["cloister.report-data"].clone());
    let data = data.as_str().unwrap();
    let known = json!({ "measurements": [measurement] });
    assert_eq!(judge(&snp, known.clone(), &["--report-data", data]).0, 0);
    let (code, document) = judge(&snp, known, &["--report-data", &"00".repeat(64)]);
    assert_eq!((code, &document["refused_check"]), (1, &json!("transcript")), "{document}");
    let (code, document) = judge(&snp, json!({ "measurements": ["ab".repeat(48)] }), &[]);
    assert_eq!((code, &document["refused_check"]), (1, &json!("measurement")), "{document}");
    let (code, document) = judge(&snp, json!({ "require_revocation_list": true }), &[]);
    assert_eq!((code, &document["refused_check"]), (1, &json!("chain.revocation")), "{document}");
    let wrong = [
        json!({ "measurements": ["abc"] }),
        json!({ "allow_debug": true }),
        json!([]),
        json!({ "intel": [] }),
        json!({ "tcb_floor": [0, 3, 0, 8, 115] }),
    ];
    for wrong in wrong {
        let (code, document) = judge(&snp, wrong.clone(), &[]);
        assert_eq!((code, &document["accepted"]), (2, &json!(false)), "{wrong}: {document}");
    }
}

#[test]
fn files_that_are_no_evidence_and_wrong_words_end_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let snp = |evidence, beside| row("snp", evidence, beside, THEN, None);
    let cases = [
        snp(TDX, SEV_CHAIN),
        snp(SEV, &[]),
        snp(SEV, &["sev-snp/sev-crate/vcek_milan.der"]),
        snp(SEV, &["sev-snp/sev-crate/report_milan.hex"]),
        row("nitro", SEV, &[], THEN, None),
        row("nitro", "nitro/library/attestation.cose", &[], "yesterday", None),
        row("sev", SEV, SEV_CHAIN, THEN, None),
    ];
    for case in cases {
        let (code, document) = verify(folder.path(), &case, &[]).unwrap();
        assert_eq!(code, 2, "{} {:?}: {document}", case.evidence, case.beside);
    }
    let home = folder.path().join("home");
    let absent = ["attest", "verify", "--kind", "snp", "--evidence", "/nonexistent"];
    assert_eq!(cloister(&home, &absent).0, 2);
}

#[test]
fn capture_without_a_device_says_what_it_looked_for_and_writes_nothing() {
    let devices = ["/sys/kernel/config/tsm/report", "/dev/sev-guest", "/dev/nsm"];
    if devices.iter().any(|path| Path::new(path).exists()) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("evidence.json");
    let (code, document) =
        cloister(&folder.path().join("home"), &["attest", "capture", "--out", out.to_str().unwrap()]);
    assert_eq!(code, 6, "{document}");
    assert!(devices.iter().all(|path| document.to_string().contains(path)), "{document}");
    assert!(!out.exists());
}

#[test]
fn reference_measurements_are_added_once_listed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (home, data) = (folder.path().join("home"), folder.path().join("data"));
    let measurement = "ab".repeat(48);
    let run = |verb: &str, more: &[&str]| {
        let words = [&["attest", "reference", verb, "--data", data.to_str().unwrap()][..], more].concat();
        let (code, document) = cloister(&home, &words);
        (code, document["measurements"].clone())
    };
    fs::create_dir(&data).unwrap();
    assert_eq!(run("list", &[]), (0, json!([])));
    assert_eq!(run("add", &[&measurement.to_uppercase()]), (0, json!([measurement])));
    assert_eq!(run("list", &[]), (0, json!([measurement])));
    for (verb, text) in [("add", measurement.as_str()), ("add", "abc"), ("remove", &"cd".repeat(48))] {
        assert_eq!(run(verb, &[text]).0, 2, "{verb} {text}");
    }
    assert_eq!(run("remove", &[&measurement]), (0, json!([])));
}
