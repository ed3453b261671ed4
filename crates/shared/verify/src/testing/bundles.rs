//! The bundle of the world's run, with a log of one entry.

use cloister_audit::{Checkpoint, Entry, Outcome, checkpoint, tree::leaf_hash};
use cloister_model::{Digest, Duration};
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

fn receipt_of(release: &Envelope, cleared: &Cleared) -> Receipt {
    Receipt {
        run: cleared.run,
        release: release.digest(),
        outputs: vec![Output { name: "result".into(), size: 300, sha256: Digest([4; 32]) }],
        outcome: "succeeded".into(),
        started: NOW,
        finished: NOW.plus(Duration::seconds(1)),
        assurance: cleared.assurance,
        worker: cleared.worker,
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
    let workspace = world.workspace();
    let mut record = release_of(world, &cleared);
    (edits.release)(&mut record);
    let release = signed(&world.broker_key, Signer::Key(world.broker_key.public()), workspace, NOW, record);
    let mut body = receipt_of(&release, &cleared);
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
#[expect(clippy::expect_used, reason = "test support")]
fn inclusion(world: &World, statement: &Envelope) -> InclusionDoc {
    let mut entry = Entry::new(NOW.micros(), "broker", "run.release", Outcome::Done);
    entry.statement = Some(statement.digest().to_string());
    let bytes = entry.encode().expect("an entry");
    let origin = world.configuration.log_origin.clone();
    let note = Checkpoint { origin, size: 1, root: leaf_hash(&bytes) };
    let checkpoint = checkpoint::sign(&world.log_seed, &note).expect("a checkpoint");
    InclusionDoc { entry: bytes.into(), index: 0, size: 1, hashes: Vec::new(), checkpoint }
}
