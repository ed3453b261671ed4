//! Simulated evidence: real format, development root, same checks.

use std::sync::LazyLock;

use cloister_attest::{
    Evidence, Policy, ReferenceValues, RefusedCheck, TcbFloor, TeeKind, TrustRoots, Verified, appraise,
    measure,
    sim::{DevelopmentRoot, Platform},
};
use cloister_model::{Assurance, Duration, Timestamp};

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const DATA: [u8; 64] = [7; 64];
static ROOT: LazyLock<DevelopmentRoot> = LazyLock::new(|| DevelopmentRoot::generate(NOW).unwrap());

fn judge(
    evidence: &Evidence,
    root: &[u8],
    policy: &Policy,
    data: &[u8; 64],
    at: Timestamp,
) -> Result<Verified, RefusedCheck> {
    let reference = ReferenceValues::new([hex::encode(measure(b"worker"))]);
    let roots = TrustRoots::vendors().with_development(root.to_vec());
    appraise(evidence, &roots, &reference, policy, data, at).verified()
}

#[test]
fn a_good_platform_is_verified_as_simulated() {
    let stored = DevelopmentRoot::from_bytes(&ROOT.to_bytes().unwrap()).unwrap();
    let evidence = stored.attest(measure(b"worker"), DATA, NOW).unwrap();
    let evidence = Evidence::from_bytes(&evidence.to_bytes()).unwrap();
    let verified = judge(&evidence, ROOT.certificate(), &Policy::default(), &DATA, NOW).unwrap();
    assert_eq!(verified.assurance(), Assurance::Simulated);
    assert_eq!(verified.measurement(), hex::encode(measure(b"worker")));
    assert_eq!(verified.report_data(), &DATA);
}

#[test]
fn every_bad_platform_is_refused_by_its_check() {
    let good = Platform::default();
    let low = TcbFloor { snp: 3, ..good.tcb };
    let policy = Policy { tcb_floor: Platform::default().tcb };
    let day = Duration::days(1);
    let table: Vec<(&str, Platform, [u8; 48], [u8; 64], Timestamp)> = vec![
        ("platform", Platform { vmpl: 1, ..good.clone() }, measure(b"worker"), DATA, NOW),
        (
            "platform",
            Platform { policy: Platform::POLICY | Platform::DEBUG, ..good.clone() },
            measure(b"worker"),
            DATA,
            NOW,
        ),
        (
            "platform",
            Platform { policy: Platform::POLICY | Platform::MIGRATION, ..good.clone() },
            measure(b"worker"),
            DATA,
            NOW,
        ),
        ("platform", Platform { tcb: low, ..good.clone() }, measure(b"worker"), DATA, NOW),
        ("chain", Platform { chip: [1; 64], ..good.clone() }, measure(b"worker"), DATA, NOW),
        ("measurement", good.clone(), measure(b"worker, one byte changed"), DATA, NOW),
        ("transcript", good.clone(), measure(b"worker"), [0; 64], NOW),
        ("chain", good.clone(), measure(b"worker"), DATA, NOW.plus(Duration::days(366))),
        ("chain", good.clone(), measure(b"worker"), DATA, NOW.plus(Duration::days(-2))),
    ];
    for (check, platform, measurement, data, at) in table {
        let evidence = ROOT.attest_on(&platform, measurement, data, NOW).unwrap();
        let refused = judge(&evidence, ROOT.certificate(), &policy, &DATA, at).unwrap_err();
        assert_eq!(refused.check, check, "{platform:?}: {refused}");
    }
    let evidence = ROOT.attest(measure(b"worker"), DATA, NOW).unwrap();
    assert!(judge(&evidence, ROOT.certificate(), &policy, &DATA, NOW.plus(day)).is_ok());
}

#[test]
fn another_root_or_none_is_refused_by_chain() {
    let evidence = ROOT.attest(measure(b"worker"), DATA, NOW).unwrap();
    let other = DevelopmentRoot::generate(NOW).unwrap();
    let mut mixed = evidence.clone();
    mixed.certificates[1] = other.attest(measure(b"worker"), DATA, NOW).unwrap().certificates[1].clone();
    let mut short = evidence.clone();
    short.certificates.pop();
    let hardware = Evidence { tee: TeeKind::Snp, ..evidence.clone() };
    for (name, evidence, root) in [
        ("another root", &evidence, other.certificate()),
        ("no root", &evidence, &[][..]),
        ("another ASK", &mixed, ROOT.certificate()),
        ("two certificates", &short, ROOT.certificate()),
        ("simulated in production", &hardware, ROOT.certificate()),
    ] {
        let refused = judge(evidence, root, &Policy::default(), &DATA, NOW).unwrap_err();
        assert_eq!(refused.check, "chain", "{name}");
    }
}
