//! Tampering with what came of the run: release record, receipt, results, acknowledgements, log.

use cloister_model::Digest;
use cloister_statement::{
    Envelope, Signer, SigningKey,
    bundle::{Bundle, InclusionDoc},
    predicate::Acknowledgement,
};

use super::cases::Case;
use crate::{
    Check,
    testing::{
        NOW, World,
        bundles::{BundleEdits, acknowledgement, bundle, logged},
        signed,
    },
};

pub(super) fn cases(world: &World, good: &Bundle) -> Vec<Case> {
    let mut out = signed_anew(world);
    out.extend(swapped(world, good));
    out.extend(log(world, good));
    out
}

fn signed_anew(world: &World) -> Vec<Case> {
    let e = BundleEdits::default;
    let case = |check, what: &str, edits: BundleEdits| Case::broken(check, what, &bundle(world, &edits));
    let release = |what: &str, release| case(Check::Release, what, BundleEdits { release, ..e() });
    let receipt = |what: &str, receipt| case(Check::Receipt, what, BundleEdits { receipt, ..e() });
    vec![
        release("another-charter", |r| r.charter.0[0] ^= 1),
        release("another-spec", |r| r.spec.0[0] ^= 1),
        release("statement-left-out", |r| {
            r.statements.pop_first();
        }),
        release("manifest-left-out", |r| {
            r.manifests.pop_first();
        }),
        release("another-challenge", |r| r.challenge.0[0] ^= 1),
        release("another-evidence", |r| r.evidence.0[0] ^= 1),
        release("another-transcript", |r| r.transcript.0[0] ^= 1),
        release("another-measurement", |r| r.measurement.push('0')),
        release("another-configuration", |r| r.configuration.0[0] ^= 1),
        release("hardware-claimed", |r| r.assurance = cloister_model::Assurance::Hardware),
        receipt("another-run", |r| r.run.0 = uuid::Uuid::nil()),
        receipt("hardware-claimed", |r| r.assurance = cloister_model::Assurance::Hardware),
        receipt("ends-before-it-starts", |r| std::mem::swap(&mut r.started, &mut r.finished)),
        case(Check::Release, "not-the-receipts", BundleEdits { receipt: |r| r.release.0[0] ^= 1, ..e() }),
    ]
}

fn swapped(world: &World, good: &Bundle) -> Vec<Case> {
    let with = |check, what: &str, edit: &dyn Fn(&mut Bundle)| {
        let mut bundle = good.clone();
        edit(&mut bundle);
        Case::broken(check, what, &bundle)
    };
    let invented = SigningKey::from_seed(&[77; 32]);
    let body = Acknowledgement { statement: good.genesis, sequence: 3, state: Digest([0; 32]) };
    let by_stranger = signed(&invented, Signer::Key(invented.public()), None, NOW, body);
    let push = |statement: &Envelope, sequence| {
        let said = acknowledgement(world, statement, sequence);
        move |b: &mut Bundle| b.acknowledgements.push(said.clone())
    };
    let twin = bundle(world, &BundleEdits { release: |r| r.sequence = 11, ..BundleEdits::default() });
    vec![
        with(Check::Release, "missing", &|b| b.releases.clear()),
        with(Check::Release, "same-attempt-twice", &|b| b.releases.extend(twin.releases.clone())),
        with(Check::Result, "size", &|b| b.results[0].size += 1),
        with(Check::Result, "digest", &|b| b.results[0].sha256.0[0] ^= 1),
        with(Check::Result, "missing", &|b| b.results.clear()),
        with(Check::Signature, "acknowledged-by-a-stranger", &|b| {
            b.acknowledgements.push(by_stranger.clone());
        }),
        with(Check::Acknowledgement, "of-a-spec", &push(&world.spec, 4)),
        with(Check::Acknowledgement, "sequence-of-the-release", &push(&world.manifests[0], 10)),
        with(Check::Acknowledgement, "sequence-twice", &push(&world.manifests[0], 1)),
    ]
}

fn log(world: &World, good: &Bundle) -> Vec<Case> {
    let honest = logged(world, &good.releases[0], 4, &[[1; 32], [2; 32], [3; 32], [4; 32], [5; 32], [6; 32]]);
    let with = |check, what: &str, edit: &dyn Fn(&mut InclusionDoc)| {
        let mut bundle = good.clone();
        let mut doc = honest.clone();
        edit(&mut doc);
        bundle.inclusions = vec![doc];
        Case::broken(check, what, &bundle)
    };
    vec![
        with(Check::Inclusion, "entry-changed", &|d| d.entry.0[10] ^= 1),
        with(Check::Inclusion, "another-index", &|d| d.index = 5),
        with(Check::Inclusion, "index-beyond-the-log", &|d| d.index = 7),
        with(Check::Inclusion, "another-size", &|d| d.size = 8),
        with(Check::Inclusion, "hash-changed", &|d| d.hashes[1].0[0] ^= 1),
        with(Check::Inclusion, "hash-too-many", &|d| d.hashes.push(Digest([0; 32]))),
        with(Check::Inclusion, "hash-left-out", &|d| {
            d.hashes.pop();
        }),
        with(Check::Checkpoint, "size-changed", &|d| d.checkpoint = d.checkpoint.replace("\n7\n", "\n8\n")),
        with(Check::Checkpoint, "another-log", &|d| {
            d.checkpoint = d.checkpoint.replace("cloister.test/log", "cloister.test/other");
        }),
        with(Check::Checkpoint, "unsigned", &|d| {
            let end = d.checkpoint.find("\n\n").unwrap();
            d.checkpoint.truncate(end + 2);
        }),
        with(Check::Checkpoint, "text-before", &|d| d.checkpoint.insert(0, 'x')),
    ]
}
