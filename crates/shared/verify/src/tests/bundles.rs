//! Bundles: precedence of verdicts, tampering field by field, strangers' bytes.

use cloister_model::Digest;
use cloister_statement::{
    Envelope, Signer, SigningKey,
    bundle::{Bundle, CharterDoc},
    predicate::{
        Acknowledgement, CertificateRevocation, Challenge, Charter, Decision, Review, RunRequest, Spec,
        Suspension, Withdrawal, WithdrawalTarget,
    },
};
use proptest::prelude::*;

use crate::{
    Check,
    bundle::{Outcome, Simulated, Verdict, verify, verify_bytes},
    testing::{
        NOW, World,
        bundles::{BundleEdits, acknowledgement, bundle},
        member, signed,
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

/// A statement that restricts, put where it belongs.
type Restricted = (&'static str, Envelope, fn(&mut Bundle, Envelope), Check);

fn restricting(world: &World) -> Vec<Restricted> {
    let (ws, charter, spec) = (world.workspace(), world.charter.digest(), world.spec.digest());
    let reject =
        Review { spec, charter, decision: Decision::Reject, comment: Some("no".into()), expires: None };
    let withdraw = |target| world.ben.sign(ws, Withdrawal { target });
    vec![
        (
            "withdrawn spec",
            withdraw(WithdrawalTarget::Spec(spec)),
            |b, s| b.withdrawals.push(s),
            Check::Approval,
        ),
        (
            "withdrawn review",
            withdraw(WithdrawalTarget::Review(world.review.digest())),
            |b, s| b.withdrawals.push(s),
            Check::Approval,
        ),
        ("rejection", world.ben.sign(ws, reject), |b, s| b.reviews.push(s), Check::Approval),
        (
            "suspension",
            world.ana.sign(ws, Suspension { member: world.ben.id(), charter }),
            |b, s| b.suspensions.push(s),
            Check::Grant,
        ),
        (
            "revoked certificate",
            world.ana.sign(None, CertificateRevocation { certificate: world.ana.id() }),
            |b, s| b.revoked_certificates.push(s),
            Check::Membership,
        ),
    ]
}

#[test]
fn a_restricting_statement_counts_by_its_acknowledgement_and_without_one_the_bundle_is_incomplete() {
    let world = World::new();
    let (good, genesis) = (bundle(&world, &BundleEdits::default()), Some(world.charter.digest()));
    for (what, statement, put, check) in restricting(&world) {
        let mut silent = good.clone();
        put(&mut silent, statement.clone());
        let report = verify(&silent, genesis, None);
        assert_eq!(
            (report.outcome, report.exit_code(Simulated::Allowed)),
            (Outcome::Incomplete, 2),
            "{what}"
        );
        let line = report.checks.iter().find(|l| l.check == Check::Acknowledgement).unwrap();
        assert_eq!(line.verdict, Verdict::Missing, "{what}");
        let with = |sequences: &[u64]| {
            let mut said = silent.clone();
            said.acknowledgements.extend(sequences.iter().map(|n| acknowledgement(&world, &statement, *n)));
            verify(&said, genesis, None).outcome
        };
        // The release record has sequence number 10.
        assert_eq!(with(&[9]), Outcome::Broken(check), "{what} before the release");
        assert_eq!(with(&[11]), Outcome::Simulated, "{what} after the release");
        assert_eq!(with(&[11, 9]), Outcome::Broken(check), "{what}: the earlier word counts");
    }
    let mut unspoken = good;
    unspoken.acknowledgements.clear();
    assert_eq!(verify(&unspoken, genesis, None).outcome, Outcome::Incomplete, "the charter itself");
}

#[test]
fn a_broker_that_no_charter_in_force_names_has_no_say() {
    let world = World::new();
    let mut bundle = bundle(&world, &BundleEdits::default());
    let suspension = world
        .ana
        .sign(world.workspace(), Suspension { member: world.ben.id(), charter: world.charter.digest() });
    let invented = SigningKey::from_seed(&[77; 32]);
    let puppet = member(&invented, &world.rng, "puppet", |_| {});
    let mut body = world.charter.open::<Charter>().unwrap().predicate().body.clone();
    body.broker.signing_key = invented.public();
    body.members = [puppet.id()].into();
    body.administrators = [puppet.id()].into();
    let charter = puppet.sign(None, body);
    let late = Acknowledgement { statement: suspension.digest(), sequence: 11, state: Digest([0; 32]) };
    let late = signed(&invented, Signer::Key(invented.public()), None, NOW, late);
    bundle.certificates.push(puppet.certificate);
    bundle.charters.push(CharterDoc { charter, acceptances: Vec::new() });
    bundle.suspensions.push(suspension);
    bundle.acknowledgements.push(late);
    let outcome = verify(&bundle, Some(world.charter.digest()), None).outcome;
    assert_eq!(outcome, Outcome::Broken(Check::Acknowledgement));
}

#[test]
fn what_a_server_leaves_out_or_swaps_is_broken_by_name() {
    let world = World::new();
    let good = bundle(&world, &BundleEdits::default());
    let ws = world.workspace();
    let mut spec = world.spec.open::<Spec>().unwrap().predicate().body.clone();
    spec.max_runs = 9;
    let mut request = world.request.open::<RunRequest>().unwrap().predicate().body.clone();
    request.not_after = NOW.plus(cloister_model::Duration::hours(2));
    let mut challenge = world.challenge.open::<Challenge>().unwrap().predicate().body.clone();
    challenge.nonce = Digest([99; 32]);
    let broker = Signer::Key(world.broker_key.public());
    let (spec, request) = (world.ana.sign(ws, spec), world.ana.sign(ws, request));
    let challenge = signed(&world.broker_key, broker, None, NOW, challenge);
    let twin = bundle(&world, &BundleEdits { release: |r| r.sequence = 11, ..BundleEdits::default() });
    let reused = acknowledgement(&world, &world.spec, 4);
    let taken = acknowledgement(&world, &world.manifests[0], 10);
    type Case = (&'static str, Box<dyn Fn(&mut Bundle)>, Check);
    let cases: Vec<Case> = vec![
        ("another spec", Box::new(move |b| b.spec = spec.clone()), Check::Session),
        ("another request", Box::new(move |b| b.request = request.clone()), Check::Release),
        ("another challenge", Box::new(move |b| b.challenge = challenge.clone()), Check::Transcript),
        ("another release", Box::new(move |b| b.releases = twin.releases.clone()), Check::Release),
        ("no certificate", Box::new(|b| b.certificates.clear()), Check::Signature),
        ("no charter", Box::new(|b| b.charters.clear()), Check::Genesis),
        ("no evidence", Box::new(|b| b.evidence.0.clear()), Check::Chain),
        ("no configuration", Box::new(|b| b.broker.configuration.0.clear()), Check::Broker),
        ("no results", Box::new(|b| b.results.clear()), Check::Result),
        (
            "a word on what restricts nothing",
            Box::new(move |b| b.acknowledgements.push(reused.clone())),
            Check::Acknowledgement,
        ),
        (
            "the release's sequence number again",
            Box::new(move |b| b.acknowledgements.push(taken.clone())),
            Check::Acknowledgement,
        ),
        ("a log that shrinks", Box::new(|b| b.inclusions[0].size = 0), Check::Inclusion),
        (
            "a proof with more hashes",
            Box::new(|b| b.inclusions[0].hashes.push(Digest([0; 32]))),
            Check::Inclusion,
        ),
    ];
    for (what, tamper, check) in cases {
        let mut bundle = good.clone();
        tamper(&mut bundle);
        let outcome = verify(&bundle, Some(world.charter.digest()), None).outcome;
        assert_eq!(outcome, Outcome::Broken(check), "{what}");
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
