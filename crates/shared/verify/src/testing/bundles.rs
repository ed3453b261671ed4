//! The bundle of the world's run, with a log of one entry.

use cloister_audit::{
    Checkpoint, Entry, Outcome, checkpoint,
    tree::{Hash, leaf_hash, node_hash},
};
use cloister_model::{Assurance, Digest, Duration, Timestamp};
use cloister_statement::{
    Envelope, Signer,
    bundle::{BrokerEvidence, Bundle, CharterDoc, InclusionDoc},
    predicate::{Acknowledgement, Output, Receipt, ReleaseRecord},
    transcript::broker_report_data,
};

use super::{BROKER_CODE, NOW, World, root, signed};
use crate::run::Cleared;

/// What a release record says of a cleared run.
pub fn release_of(world: &World, cleared: &Cleared) -> ReleaseRecord {
    ReleaseRecord {
        run: cleared.run,
        spec: cleared.spec,
        charter: cleared.charter,
        request: cleared.request,
        statements: cleared.statements.clone(),
        manifests: cleared.manifests.iter().map(|m| m.manifest).collect(),
        challenge: cleared.challenge,
        evidence: cleared.evidence,
        transcript: cleared.transcript,
        worker: cleared.worker,
        measurement: cleared.measurement.clone(),
        assurance: cleared.assurance,
        count: cleared.count.count,
        attempt: cleared.count.attempt,
        configuration: world.broker.configuration,
        sequence: 10,
        state: Digest([6; 32]),
    }
}

fn receipt_of(release: &Envelope, record: &ReleaseRecord) -> Receipt {
    Receipt {
        run: record.run,
        release: release.digest(),
        outputs: vec![Output { name: "result".into(), size: 300, sha256: Digest([4; 32]) }],
        outcome: "succeeded".into(),
        started: NOW,
        finished: NOW.plus(Duration::seconds(1)),
        assurance: record.assurance,
        worker: record.worker,
    }
}

/// Changes to what the broker and the worker sign in the end.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "each field edits the body it is named after")]
pub struct BundleEdits {
    pub release: fn(&mut ReleaseRecord),
    pub receipt: fn(&mut Receipt),
}

impl Default for BundleEdits {
    fn default() -> Self {
        Self { release: |_| {}, receipt: |_| {} }
    }
}

/// The bundle of a world whose checks hold.
#[expect(clippy::expect_used, reason = "test support")]
pub fn bundle(world: &World, edits: &BundleEdits) -> Bundle {
    let cleared = world.check().expect("a cleared run");
    assembled(world, release_of(world, &cleared), edits, NOW)
}

/// The bundle of a world whose broker released against its own checks, at a moment: every digest and signature around
/// what is wrong fits.
pub fn forged(world: &World, edits: &BundleEdits, at: Timestamp) -> Bundle {
    let record = ReleaseRecord {
        run: world.run,
        spec: world.spec.digest(),
        charter: world.charter.digest(),
        request: world.request.digest(),
        statements: world.statements().iter().map(Envelope::digest).collect(),
        manifests: world.manifests.iter().map(Envelope::digest).collect(),
        challenge: world.challenge.digest(),
        evidence: world.worker.evidence.digest(),
        transcript: world.transcript.digest(),
        worker: world.worker_key.public(),
        measurement: hex::encode(cloister_attest::measure(super::WORKER_CODE)),
        assurance: Assurance::Simulated,
        count: 1,
        attempt: 1,
        configuration: world.broker.configuration,
        sequence: 10,
        state: Digest([6; 32]),
    };
    assembled(world, record, edits, at)
}

#[expect(clippy::expect_used, reason = "test support")]
fn assembled(world: &World, mut record: ReleaseRecord, edits: &BundleEdits, at: Timestamp) -> Bundle {
    let workspace = world.workspace();
    let told = record.clone();
    (edits.release)(&mut record);
    let release = signed(&world.broker_key, Signer::Key(world.broker_key.public()), workspace, at, record);
    let mut body = receipt_of(&release, &told);
    (edits.receipt)(&mut body);
    let results = body.outputs.clone();
    let receipt = signed(&world.worker_key, Signer::Key(world.worker_key.public()), workspace, NOW, body);
    let nonce = Digest([11; 32]);
    let broker = &world.broker;
    let expected =
        broker_report_data(&nonce, &broker.signing_key, &broker.sealing_key, &broker.configuration);
    let evidence = root().attest(cloister_attest::measure(BROKER_CODE), expected, NOW).expect("evidence");
    Bundle {
        format: Bundle::FORMAT,
        genesis: world.charter.digest(),
        certificates: vec![world.ana.certificate.clone(), world.ben.certificate.clone()],
        revoked_certificates: Vec::new(),
        charters: vec![CharterDoc {
            charter: world.charter.clone(),
            acceptances: vec![world.acceptance.clone()],
        }],
        suspensions: Vec::new(),
        manifests: world.manifests.clone(),
        grants: world.grants.clone(),
        spec: world.spec.clone(),
        reviews: vec![world.review.clone()],
        withdrawals: Vec::new(),
        request: world.request.clone(),
        challenge: world.challenge.clone(),
        transcript: world.transcript.bytes().into(),
        evidence: world.worker.evidence.to_bytes().into(),
        broker: BrokerEvidence {
            nonce,
            evidence: evidence.to_bytes().into(),
            configuration: world.configuration.encode().expect("a configuration").into(),
        },
        inclusions: vec![inclusion(world, &release)],
        releases: vec![release],
        receipt,
        acknowledgements: vec![acknowledgement(world, &world.charter, 1)],
        results,
    }
}

/// The broker's acknowledgement of a statement, under a sequence number (the release record's is 10).
pub fn acknowledgement(world: &World, statement: &Envelope, sequence: u64) -> Envelope {
    let body = Acknowledgement { statement: statement.digest(), sequence, state: Digest([6; 32]) };
    signed(&world.broker_key, Signer::Key(world.broker_key.public()), None, NOW, body)
}

/// A log of one entry that logs a statement.
fn inclusion(world: &World, statement: &Envelope) -> InclusionDoc {
    logged(world, statement, 0, &[])
}

/// A log that logs a statement at an index among other leaves, by their hashes; the proof by RFC 6962's recursion.
#[expect(clippy::expect_used, reason = "test support")]
pub fn logged(world: &World, statement: &Envelope, index: usize, others: &[Hash]) -> InclusionDoc {
    let mut entry = Entry::new(NOW.micros(), "broker", "run.release", Outcome::Done);
    entry.statement = Some(statement.digest().to_string());
    let bytes = entry.encode().expect("an entry");
    let mut leaves = others.to_vec();
    leaves.insert(index, leaf_hash(&bytes));
    let origin = world.configuration.log_origin.clone();
    let size = leaves.len() as u64;
    let note = Checkpoint { origin, size, root: root_of(&leaves) };
    let checkpoint = checkpoint::sign(&world.log_seed, &note).expect("a checkpoint");
    let hashes = path(&leaves, index).into_iter().map(Digest).collect();
    InclusionDoc { entry: bytes.into(), index: index as u64, size, hashes, checkpoint }
}

fn split(leaves: &[Hash]) -> (&[Hash], &[Hash]) {
    leaves.split_at(1 << (leaves.len() - 1).ilog2())
}

fn root_of(leaves: &[Hash]) -> Hash {
    match leaves {
        [one] => *one,
        _ => {
            let (left, right) = split(leaves);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = split(leaves);
    let (mut below, beside) = if index < left.len() {
        (path(left, index), root_of(right))
    } else {
        (path(right, index - left.len()), root_of(left))
    };
    below.push(beside);
    below
}
