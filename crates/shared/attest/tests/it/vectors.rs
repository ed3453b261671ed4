//! Captured evidence: the verdicts that an independent program gave.

use std::{fs, path::PathBuf};

use cloister_attest::{
    Evidence, Policy, ReferenceValues, RefusedCheck, TcbFloor, TeeKind, TrustRoots, Verified, appraise,
    from_files, group,
};
use cloister_model::Timestamp;

fn folder() -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/vectors/sev-snp");
    if found.is_dir() {
        return Some(found);
    }
    eprintln!("SKIPPED: no captured SEV-SNP evidence beside the project");
    None
}

struct Row {
    report: &'static str,
    at: usize,
    chain: [&'static str; 3],
    time: &'static str,
    refused: Option<(&'static str, &'static str)>,
}

const MILAN: [&str; 2] = ["attestation-rs/amd-roots/milan-ask.der", "attestation-rs/amd-roots/milan-ark.der"];
const GENOA: [&str; 2] = ["attestation-rs/amd-roots/genoa-ask.der", "attestation-rs/amd-roots/genoa-ark.der"];
const MS: &str = "ms-tee-attestation-verification/";

fn evidence(folder: &std::path::Path, report: &str, at: usize, chain: [&str; 3]) -> Evidence {
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let certificates: Vec<Vec<u8>> = chain.iter().map(|name| read(name)).collect();
    let found = from_files(TeeKind::Snp, &read(report), &certificates, Vec::new()).unwrap();
    let bytes = if report.contains("milan.hex") {
        hex::decode(read(report).trim_ascii()).unwrap()
    } else {
        read(report)
    };
    assert_eq!(found.report, bytes[at..at + 1184]);
    found
}

fn judge(
    evidence: &Evidence,
    roots: &TrustRoots,
    policy: &Policy,
    time: &str,
) -> Result<Verified, RefusedCheck> {
    let measurement = evidence.report.get(0x90..0xC0).map(hex::encode).unwrap_or_default();
    let expected: [u8; 64] = evidence.report.get(0x50..0x90).map_or([0; 64], |d| d.try_into().unwrap());
    let reference = ReferenceValues::new([measurement]);
    appraise(evidence, roots, &reference, policy, &expected, time.parse().unwrap()).verified()
}

#[test]
fn captured_evidence_reaches_its_known_verdict() {
    let Some(folder) = folder() else { return };
    let (milan_vcek, genoa_vcek) = (format!("{MS}milan_vcek.pem"), format!("{MS}genoa_vcek.pem"));
    let (milan, genoa) =
        (format!("{MS}milan_attestation_report.bin"), format!("{MS}genoa_attestation_report.bin"));
    let (milan_vcek, genoa_vcek, milan, genoa): (&'static str, &'static str, &'static str, &'static str) =
        (milan_vcek.leak(), genoa_vcek.leak(), milan.leak(), genoa.leak());
    let now = "2026-09-01T00:00:00Z";
    let trustee = "trustee/test-report.bin";
    let rows = [
        Row { report: milan, at: 0, chain: [milan_vcek, MILAN[0], MILAN[1]], time: now, refused: None },
        Row { report: genoa, at: 0, chain: [genoa_vcek, GENOA[0], GENOA[1]], time: now, refused: None },
        Row {
            report: "sev-crate/report_milan.hex",
            at: 0,
            chain: ["sev-crate/vcek_milan.der", MILAN[0], MILAN[1]],
            time: now,
            refused: None,
        },
        Row {
            report: trustee,
            at: 0,
            chain: ["trustee/test-vcek.der", MILAN[0], MILAN[1]],
            time: now,
            refused: None,
        },
        Row {
            report: trustee,
            at: 0,
            chain: ["trustee/test-vcek-invalid-legacy.der", MILAN[0], MILAN[1]],
            time: now,
            refused: Some(("chain", "")),
        },
        Row {
            report: trustee,
            at: 0,
            chain: ["trustee/test-vcek-invalid-new.der", MILAN[0], MILAN[1]],
            time: now,
            refused: Some(("chain", "")),
        },
        Row {
            report: "trustee/test-vlek-report.bin",
            at: 0,
            chain: ["trustee/test-vlek.der", "attestation-rs/amd-roots/milan-asvk.der", MILAN[1]],
            time: now,
            refused: Some(("chain", "expired")),
        },
        Row {
            report: "trustee/test-vlek-report.bin",
            at: 0,
            chain: ["trustee/test-vlek.der", "attestation-rs/amd-roots/milan-asvk.der", MILAN[1]],
            time: "2025-06-01T00:00:00Z",
            refused: Some(("chain", "VLEK")),
        },
        Row {
            report: "trustee/test-vlek-report.bin",
            at: 0,
            chain: ["trustee/test-vlek.der", MILAN[0], MILAN[1]],
            time: "2025-06-01T00:00:00Z",
            refused: Some(("chain", "")),
        },
        Row {
            report: genoa,
            at: 0,
            chain: [genoa_vcek, MILAN[0], MILAN[1]],
            time: now,
            refused: Some(("chain", "")),
        },
        Row {
            report: milan,
            at: 0,
            chain: [genoa_vcek, GENOA[0], GENOA[1]],
            time: now,
            refused: Some(("chain", "chip")),
        },
        Row {
            report: milan,
            at: 0,
            chain: [milan_vcek, MILAN[0], GENOA[1]],
            time: now,
            refused: Some(("chain", "")),
        },
        Row {
            report: milan,
            at: 0,
            chain: [milan_vcek, MILAN[0], MILAN[1]],
            time: "2034-01-01T00:00:00Z",
            refused: Some(("chain", "expired")),
        },
        Row {
            report: milan,
            at: 0,
            chain: [milan_vcek, MILAN[0], MILAN[1]],
            time: "2026-01-01T00:00:00Z",
            refused: Some(("chain", "not valid before")),
        },
        Row {
            report: "dstack/sev_snp_attestation.bin",
            at: 4,
            chain: ["dstack/sev_snp_vcek.pem", "dstack/sev_snp_ask.pem", "dstack-ark"],
            time: now,
            refused: None,
        },
    ];
    for mut row in rows {
        if row.chain[2] == "dstack-ark" {
            // Its generation is not written beside it: exactly one of AMD's roots must vouch.
            let arks = [MILAN[1], GENOA[1], "attestation-rs/amd-roots/turin-ark.der"];
            let good = arks.iter().filter(|ark| {
                row.chain[2] = ark;
                let evidence = evidence(&folder, row.report, row.at, row.chain);
                judge(&evidence, &TrustRoots::vendors(), &Policy::default(), row.time).is_ok()
            });
            assert_eq!(good.count(), 1);
            continue;
        }
        let evidence = evidence(&folder, row.report, row.at, row.chain);
        let got = judge(&evidence, &TrustRoots::vendors(), &Policy::default(), row.time);
        match (row.refused, got) {
            (None, got) => {
                let verified = got.unwrap_or_else(|e| panic!("{} {:?}: {e}", row.report, row.chain));
                assert_eq!(verified.assurance(), cloister_model::Assurance::Hardware);
            }
            (Some((check, words)), Err(e)) => {
                assert_eq!(group(e.check), check, "{e}");
                assert!(e.reason.contains(words), "{e}");
            }
            (Some(_), Ok(_)) => panic!("{} {:?} was accepted", row.report, row.chain),
        }
    }
}

#[test]
fn vmpl_1_is_refused_by_platform_too() {
    let Some(folder) = folder() else { return };
    let chain = ["trustee/test-vlek.der", "attestation-rs/amd-roots/milan-asvk.der", MILAN[1]];
    let evidence = evidence(&folder, "trustee/test-vlek-report.bin", 0, chain);
    let at: Timestamp = "2025-06-01T00:00:00Z".parse().unwrap();
    let reference = ReferenceValues::default();
    let appraisal = appraise(&evidence, &TrustRoots::vendors(), &reference, &Policy::default(), &[0; 64], at);
    let platform = appraisal.checks.iter().find(|c| c.name == "platform.vmpl").unwrap();
    assert!(platform.reason.contains("VMPL 1"), "{platform:?}");
}

#[test]
fn one_flipped_bit_anywhere_in_a_genuine_report_is_refused() {
    let Some(folder) = folder() else { return };
    let vcek = format!("{MS}milan_vcek.pem");
    let good =
        evidence(&folder, &format!("{MS}milan_attestation_report.bin"), 0, [&vcek, MILAN[0], MILAN[1]]);
    let time = "2026-09-01T00:00:00Z";
    let fields = [
        0, 0x08, 0x30, 0x34, 0x50, 0x90, 0xC0, 0x180, 0x1A0, 0x1E0, 0x29F, 0x2A0, 0x2E8, 0x2D0, 0x330, 0x49F,
    ];
    for at in fields {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad.report[at] ^= 1 << bit;
            let refused = judge(&bad, &TrustRoots::vendors(), &Policy::default(), time).unwrap_err();
            assert_eq!(group(refused.check), "chain", "byte {at:#x} bit {bit}: {refused}");
        }
    }
    for length in [0, 1183, 1185] {
        let mut bad = good.clone();
        bad.report.resize(length, 0);
        assert!(judge(&bad, &TrustRoots::vendors(), &Policy::default(), time).is_err());
    }
    let none = judge(&good, &TrustRoots::default(), &Policy::default(), time).unwrap_err();
    assert_eq!(none.check, "chain.root");
    let floor = TcbFloor { microcode: 255, ..TcbFloor::default() };
    let low = judge(&good, &TrustRoots::vendors(), &Policy { tcb_floor: floor, ..Policy::default() }, time)
        .unwrap_err();
    assert_eq!(low.check, "platform.tcb");
    for tee in [TeeKind::Tdx, TeeKind::Sgx, TeeKind::Nitro, TeeKind::Sim] {
        let other = Evidence { tee, ..good.clone() };
        let refused = judge(&other, &TrustRoots::vendors(), &Policy::default(), time).unwrap_err();
        assert_eq!(group(refused.check), "chain", "{refused}");
    }
}

#[test]
fn the_pinned_roots_are_those_of_the_sev_library() {
    use sev::certs::snp::builtin::{genoa, milan, turin};
    for ark in [milan::ark().unwrap(), genoa::ark().unwrap(), turin::ark().unwrap()] {
        let der = ark.to_der().unwrap();
        let mut report = vec![0; 1184];
        (report[0], report[0x34]) = (2, 1);
        let evidence = Evidence {
            tee: TeeKind::Snp,
            report,
            certificates: vec![vec![], vec![], der],
            collateral: Vec::new(),
        };
        // Past the root: what is missing is the certificate below. An empty report data mismatches too, but later.
        let refused =
            judge(&evidence, &TrustRoots::vendors(), &Policy::default(), "2026-09-01T00:00:00Z").unwrap_err();
        assert!(refused.reason.contains("ASK"), "{refused}");
    }
}
