//! Simulated evidence: real format, development root, same checks.

use std::sync::LazyLock;

use cloister_attest::{
    Evidence, Policy, ReferenceValues, RefusedCheck, TcbFloor, TeeKind, TrustRoots, Verified, appraise,
    group, measure,
    sim::{Above, DevelopmentRoot, Platform},
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
    let policy = Policy { tcb_floor: Platform::default().tcb, ..Policy::default() };
    let day = Duration::days(1);
    let table: Vec<(&str, Platform, [u8; 48], [u8; 64], Timestamp)> = vec![
        ("platform.vmpl", Platform { vmpl: 1, ..good.clone() }, measure(b"worker"), DATA, NOW),
        (
            "platform.debug",
            Platform { policy: Platform::POLICY | Platform::DEBUG, ..good.clone() },
            measure(b"worker"),
            DATA,
            NOW,
        ),
        (
            "platform.migration",
            Platform { policy: Platform::POLICY | Platform::MIGRATION, ..good.clone() },
            measure(b"worker"),
            DATA,
            NOW,
        ),
        ("platform.tcb", Platform { tcb: low, ..good.clone() }, measure(b"worker"), DATA, NOW),
        ("chain.chip", Platform { chip: [1; 64], ..good.clone() }, measure(b"worker"), DATA, NOW),
        ("measurement", good.clone(), measure(b"worker, one byte changed"), DATA, NOW),
        ("transcript", good.clone(), measure(b"worker"), [0; 64], NOW),
        ("chain.dates", good.clone(), measure(b"worker"), DATA, NOW.plus(Duration::days(366))),
        ("chain.dates", good.clone(), measure(b"worker"), DATA, NOW.plus(Duration::days(-2))),
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
        assert_eq!(group(refused.check), "chain", "{name}");
    }
}

#[test]
fn a_revocation_list_counts_where_it_is_brought_and_is_demanded_where_the_policy_says() {
    let day = Duration::days(1);
    let good = ROOT.attest(measure(b"worker"), DATA, NOW).unwrap();
    let span = (NOW.minus(day), NOW.plus(day));
    let list = |by, serials: &[u8], span| ROOT.revocation_list(by, serials, span).unwrap();
    let other = DevelopmentRoot::generate(NOW).unwrap();
    let with = |lists: Vec<Vec<u8>>| Evidence { collateral: lists, ..good.clone() };
    let asked = Policy { require_revocation_list: true, ..Policy::default() };
    let refused = |evidence: &Evidence, policy: &Policy| {
        judge(evidence, ROOT.certificate(), policy, &DATA, NOW).err().map(|refused| refused.to_string())
    };
    assert_eq!(refused(&good, &Policy::default()), None);
    assert!(refused(&good, &asked).unwrap().starts_with("chain.revocation: the evidence brings no"));
    let clean = with(vec![list(Above::Root, &[], span), list(Above::Intermediate, &[9], span)]);
    assert_eq!(refused(&Evidence::from_bytes(&clean.to_bytes()).unwrap(), &asked), None);
    for (name, evidence, words) in [
        ("the intermediate", with(vec![list(Above::Root, &[2], span)]), "ASK certificate is revoked"),
        ("the chip", with(vec![list(Above::Intermediate, &[7, 3], span)]), "chip's certificate is revoked"),
        (
            "the second list",
            with(vec![list(Above::Root, &[], span), list(Above::Root, &[2], span)]),
            "revoked",
        ),
        ("stale", with(vec![list(Above::Root, &[], (NOW.minus(day), NOW.minus(day)))]), "expired"),
        ("early", with(vec![list(Above::Root, &[], (NOW.plus(day), NOW.plus(day)))]), "not valid before"),
        ("a stranger's", with(vec![other.revocation_list(Above::Root, &[], span).unwrap()]), "not signed"),
        ("no list", with(vec![b"x".to_vec()]), "cannot be read"),
    ] {
        let said = refused(&evidence, &Policy::default()).unwrap();
        assert!(said.starts_with("chain.revocation: ") && said.contains(words), "{name}: {said}");
    }
    // A serial number that another issuer's list names is another certificate.
    assert_eq!(refused(&with(vec![list(Above::Root, &[3], span)]), &asked), None);
}

#[test]
fn threads_that_share_a_core_are_refused_where_the_policy_says() {
    let refusing = Policy { refuse_smt: true, ..Policy::default() };
    let shared = ROOT.attest(measure(b"worker"), DATA, NOW).unwrap();
    let refused = judge(&shared, ROOT.certificate(), &refusing, &DATA, NOW).unwrap_err();
    assert_eq!(refused.check, "platform.smt");
    let alone = Platform { policy: Platform::POLICY & !(1 << 16), ..Platform::default() };
    let evidence = ROOT.attest_on(&alone, measure(b"worker"), DATA, NOW).unwrap();
    assert!(judge(&evidence, ROOT.certificate(), &refusing, &DATA, NOW).is_ok());
}
