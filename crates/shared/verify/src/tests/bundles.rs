//! Bundles: precedence of verdicts, tampering field by field, strangers' bytes.

use cloister_model::Digest;
use cloister_statement::bundle::Bundle;
use proptest::prelude::*;

use crate::{
    Check,
    bundle::{Outcome, Simulated, verify, verify_bytes},
    testing::{
        World,
        bundles::{BundleEdits, bundle},
    },
};

fn honest() -> (Bundle, Digest) {
    let world = World::new();
    (bundle(&world, &BundleEdits::default()), world.charter.digest())
}

#[test]
fn an_honest_simulated_bundle_is_simulated_and_incomplete_without_genesis() {
    let (bundle, genesis) = honest();
    let report = verify_bytes(&bundle.encode().unwrap(), Some(genesis), None);
    assert_eq!(report.outcome, Outcome::Simulated, "{report:#?}");
    assert_eq!((report.exit_code(Simulated::Told), report.exit_code(Simulated::Allowed)), (3, 0));
    let report = verify(&bundle, None, None);
    assert_eq!((report.outcome, report.exit_code(Simulated::Allowed)), (Outcome::Incomplete, 2));
    let mut unlogged = bundle.clone();
    unlogged.inclusions.clear();
    assert_eq!(verify(&unlogged, Some(genesis), None).outcome, Outcome::Incomplete);
    assert_eq!(verify(&bundle, Some(Digest([0; 32])), None).outcome, Outcome::Broken(Check::Genesis));
}

#[test]
fn tampering_is_broken_by_name() {
    let (good, genesis) = honest();
    type Case = (&'static str, fn(&mut Bundle), Check);
    let cases: Vec<Case> = vec![
        ("format", |b| b.format = 2, Check::Format),
        ("twice", |b| b.grants.push(b.grants[0].clone()), Check::Format),
        ("genesis", |b| b.genesis = Digest([0; 32]), Check::Genesis),
        ("certificate missing", |b| drop(b.certificates.pop()), Check::Signature),
        ("configuration", |b| b.broker.configuration.0[10] ^= 1, Check::Broker),
        ("broker nonce", |b| b.broker.nonce = Digest([0; 32]), Check::Broker),
        ("broker evidence", |b| b.broker.evidence = b.evidence.clone(), Check::Broker),
        ("evidence swapped", |b| b.evidence = b.broker.evidence.clone(), Check::Transcript),
        ("transcript", |b| b.transcript.0[20] ^= 1, Check::Transcript),
        ("transcript cut", |b| b.transcript.0.truncate(5), Check::Transcript),
        ("acceptance missing", |b| b.charters[0].acceptances.clear(), Check::Charter),
        ("manifest missing", |b| drop(b.manifests.pop()), Check::Manifest),
        ("grant missing", |b| drop(b.grants.pop()), Check::Grant),
        ("review missing", |b| b.reviews.clear(), Check::Approval),
        ("release missing", |b| b.releases.clear(), Check::Release),
        ("results", |b| b.results[0].size += 1, Check::Result),
        ("result digest", |b| b.results[0].sha256 = Digest([0; 32]), Check::Result),
        ("entry", |b| b.inclusions[0].entry.0[10] ^= 1, Check::Inclusion),
        ("index", |b| b.inclusions[0].index = 1, Check::Inclusion),
        ("checkpoint", |b| b.inclusions[0].checkpoint.insert(0, 'x'), Check::Checkpoint),
    ];
    for (what, tamper, check) in cases {
        let mut bundle = good.clone();
        tamper(&mut bundle);
        assert_eq!(verify(&bundle, Some(genesis), None).outcome, Outcome::Broken(check), "{what}");
    }
}

#[test]
fn release_and_receipt_signed_anew_are_broken_by_name() {
    let world = World::new();
    let genesis = Some(world.charter.digest());
    let e = BundleEdits::default;
    let cases: Vec<(&str, BundleEdits, Check)> = vec![
        ("count", BundleEdits { release: |r| r.count = 2, ..e() }, Check::Counter),
        ("charter", BundleEdits { release: |r| r.charter.0[0] ^= 1, ..e() }, Check::Release),
        ("request", BundleEdits { release: |r| r.request.0[0] ^= 1, ..e() }, Check::Release),
        (
            "statements",
            BundleEdits {
                release: |r| {
                    r.statements.pop_first();
                },
                ..e()
            },
            Check::Release,
        ),
        (
            "manifests",
            BundleEdits {
                release: |r| {
                    r.manifests.pop_first();
                },
                ..e()
            },
            Check::Release,
        ),
        ("challenge", BundleEdits { release: |r| r.challenge.0[0] ^= 1, ..e() }, Check::Release),
        ("evidence", BundleEdits { release: |r| r.evidence.0[0] ^= 1, ..e() }, Check::Release),
        ("worker", BundleEdits { release: |r| r.worker.0[0] ^= 1, ..e() }, Check::Release),
        ("measurement", BundleEdits { release: |r| r.measurement.push('0'), ..e() }, Check::Release),
        ("configuration", BundleEdits { release: |r| r.configuration.0[0] ^= 1, ..e() }, Check::Release),
        ("run", BundleEdits { release: |r| r.run.0 = uuid::Uuid::nil(), ..e() }, Check::Session),
        ("receipt run", BundleEdits { receipt: |r| r.run.0 = uuid::Uuid::nil(), ..e() }, Check::Receipt),
        ("receipt release", BundleEdits { receipt: |r| r.release.0[0] ^= 1, ..e() }, Check::Release),
        (
            "receipt time",
            BundleEdits { receipt: |r| std::mem::swap(&mut r.started, &mut r.finished), ..e() },
            Check::Receipt,
        ),
    ];
    for (what, edits, check) in cases {
        assert_eq!(verify(&bundle(&world, &edits), genesis, None).outcome, Outcome::Broken(check), "{what}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn any_bit_flipped_never_holds_and_never_panics(at: prop::sample::Index, bit in 0_u8..8) {
        static HONEST: std::sync::OnceLock<(Vec<u8>, Digest)> = std::sync::OnceLock::new();
        let (bytes, genesis) = HONEST.get_or_init(|| { let (b, g) = honest(); (b.encode().unwrap(), g) });
        let mut bytes = bytes.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let report = verify_bytes(&bytes, Some(*genesis), None);
        prop_assert!(report.exit_code(Simulated::Allowed) != 0, "byte {at} bit {bit}: {report:#?}");
    }

    #[test]
    fn arbitrary_bytes_are_broken_not_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(verify_bytes(&bytes, None, None).exit_code(Simulated::Allowed), 1);
    }
}
