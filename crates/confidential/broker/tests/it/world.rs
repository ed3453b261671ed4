//! Two members, one dataset, one approved job, a log, and a worker that proves itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_api::broker::{
    Acknowledged, Anchor, CertificateIssued, CertificateOrder, Closing, Hello, Keys, KeysRequest, Proof,
    Restriction,
};
use cloister_attest::{measure, sim::DevelopmentRoot};
use cloister_audit::{
    Checkpoint, Entry, Frontier, Included, InclusionProof, Outcome, checkpoint,
    tree::{leaf_hash, node_hash},
};
use cloister_broker::{Broker, BrokerError, Parts, SimulatedTee, StateKey};
use cloister_model::{
    ApprovalPolicy, Assurance, Clock, DatasetId, Digest, Duration, IdentityStrength, OrgId, RunId, RunPolicy,
    Timestamp, WorkspaceKind, rules::Rules, schema::Schema,
};
use cloister_statement::{
    AgeIdentity, Body, Envelope, Predicate, Signer, SigningKey,
    binary::{Base64, sha256},
    configuration::{BrokerConfiguration, TcbFloor},
    data_key::key_id,
    predicate::*,
    seal::{SealingKey, wrap_data_key},
    sign,
    testing::CountingRng,
    transcript::{Role, Transcript, environment_of},
};
use uuid::Uuid;

pub(crate) const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
pub(crate) const DATA_KEY: [u8; 32] = [42; 32];
const LOG_SEED: [u8; 32] = [9; 32];
const ORIGIN: &str = "log.example";

#[derive(Default)]
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        START.plus(Duration::seconds(self.0.load(Ordering::SeqCst)))
    }
}

impl TestClock {
    pub(crate) fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

pub(crate) struct Member {
    pub(crate) key: SigningKey,
    pub(crate) recipient: String,
    pub(crate) user: Uuid,
    pub(crate) email: String,
    pub(crate) certificate: Option<Envelope>,
}

impl Member {
    pub(crate) fn new(seed: u8, email: &str) -> Self {
        Self {
            key: SigningKey::from_seed(&[seed; 32]),
            recipient: AgeIdentity::generate().recipient(),
            user: Uuid::from_u128(u128::from(seed)),
            email: email.into(),
            certificate: None,
        }
    }

    /// The same person with fresh keys.
    pub(crate) fn again(&self, seed: u8) -> Self {
        Self { user: self.user, ..Self::new(seed, &self.email) }
    }

    pub(crate) fn digest(&self) -> Digest {
        self.certificate.as_ref().unwrap().digest()
    }

    pub(crate) fn sign<B: Body>(&self, workspace: Option<Digest>, at: Timestamp, body: B) -> Envelope {
        let signer = Signer::Certificate(self.digest());
        sign(&self.key, &Predicate { issued_at: at, signer, workspace, body }).unwrap()
    }
}

pub(crate) fn wire(envelope: &Envelope) -> cloister_api::Envelope {
    cloister_api::Envelope(serde_json::to_value(envelope).unwrap())
}

pub(crate) fn wires(envelopes: &[Envelope]) -> Vec<cloister_api::Envelope> {
    envelopes.iter().map(wire).collect()
}

pub(crate) fn unwire(envelope: &cloister_api::Envelope) -> Envelope {
    serde_json::from_value(envelope.0.clone()).unwrap()
}

pub(crate) fn refused<T>(result: Result<T, BrokerError>) -> &'static str {
    match result {
        Err(BrokerError::Refused { check, .. } | BrokerError::Conflict { check, .. }) => check,
        Err(BrokerError::Malformed(_)) => "malformed",
        Err(BrokerError::Absent(_)) => "absent",
        Err(BrokerError::Unavailable(_)) => "unavailable",
        Err(BrokerError::Internal(reason)) => panic!("{reason}"),
        Ok(_) => "accepted",
    }
}

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) root: Vec<u8>,
    pub(crate) configuration: Vec<u8>,
    pub(crate) vouching: SigningKey,
    pub(crate) broker: Option<Broker>,
    pub(crate) ana: Member,
    pub(crate) ben: Member,
    /// What the broker's launch is measured over.
    pub(crate) executable: Vec<u8>,
    pub(crate) identity: Option<BrokerIdentity>,
    opened: u64,
}

impl World {
    /// A fresh broker, anchored; both members have certificates.
    pub(crate) fn new() -> Self {
        Self::enrolled(Self::bare())
    }

    /// Opens the broker and gives both members certificates.
    pub(crate) fn enrolled(mut world: Self) -> Self {
        world.open();
        world.broker().anchor(&Anchor { record: None }).unwrap();
        for mut member in [
            std::mem::replace(&mut world.ana, Member::new(1, "a@x")),
            std::mem::replace(&mut world.ben, Member::new(2, "b@x")),
        ] {
            let issued = world.certify(&member, None, &[]).unwrap();
            member.certificate = Some(unwire(&issued.certificate));
            if member.email.starts_with("ana") { world.ana = member } else { world.ben = member }
        }
        world
    }

    /// Files only, nothing open.
    pub(crate) fn bare() -> Self {
        let root = DevelopmentRoot::generate(START).unwrap();
        let vouching = SigningKey::from_seed(&[8; 32]);
        let configuration = BrokerConfiguration {
            version: 1,
            workers: vec![hex::encode(measure(b"worker"))],
            reference_key: SigningKey::from_seed(&[7; 32]).public(),
            development_root: Some(Base64(root.certificate().to_vec())),
            tcb_floor: TcbFloor::default(),
            vouching_key: vouching.public(),
            log_origin: ORIGIN.into(),
            log_key: Digest(checkpoint::public_key(&LOG_SEED)),
            allow_simulated: true,
            certificate_days: 365,
        };
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::default(),
            root: root.to_bytes().unwrap().to_vec(),
            configuration: configuration.encode().unwrap(),
            vouching,
            broker: None,
            ana: Member::new(1, "ana@a.example"),
            ben: Member::new(2, "ben@b.example"),
            executable: b"broker".to_vec(),
            identity: None,
            opened: 0,
        }
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    pub(crate) fn try_open(&mut self) -> Result<Broker, BrokerError> {
        self.opened += 1;
        let root = DevelopmentRoot::from_bytes(&self.root).unwrap();
        Broker::open(Parts {
            folder: &self.state(),
            state_key: StateKey::new([3; 32]),
            configuration: self.configuration.clone(),
            tee: Box::new(SimulatedTee::new(root, &self.executable)),
            clock: self.clock.clone(),
            rng: Arc::new(CountingRng::new(1000 + self.opened)),
        })
    }

    pub(crate) fn open(&mut self) {
        let broker = self.try_open().unwrap();
        self.identity = Some(broker.identity().clone());
        self.broker = Some(broker);
    }

    /// Closes and opens the broker again, anchored on `record`.
    pub(crate) fn restart(&mut self) {
        self.broker = None;
        self.open();
        self.broker().anchor(&Anchor { record: None }).unwrap();
    }

    pub(crate) fn broker(&self) -> &Broker {
        self.broker.as_ref().unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn request(&self, member: &Member, replaces: Option<Digest>, by: Option<&Member>) -> Envelope {
        let body = CertificateRequest {
            organisation: OrgId(Uuid::from_u128(77)),
            issuer: "local".into(),
            subject: member.user.to_string(),
            email: member.email.parse().unwrap(),
            signing_key: member.key.public(),
            age_recipient: member.recipient.clone(),
            channel: Channel::Native,
            replaces,
        };
        match by {
            Some(old) => old.sign(None, self.now(), body),
            None => {
                let signer = Signer::Key(member.key.public());
                sign(&member.key, &Predicate { issued_at: self.now(), signer, workspace: None, body })
                    .unwrap()
            }
        }
    }

    pub(crate) fn vouch(&self, member: &Member, key: &SigningKey) -> Envelope {
        let body = Vouch {
            organisation: OrgId(Uuid::from_u128(77)),
            organisation_name: "Hospital".parse().unwrap(),
            subject: member.user.to_string(),
            email: member.email.parse().unwrap(),
            signing_key: member.key.public(),
            age_recipient: member.recipient.clone(),
        };
        let signer = Signer::Key(key.public());
        sign(key, &Predicate { issued_at: self.now(), signer, workspace: None, body }).unwrap()
    }

    pub(crate) fn certify(
        &self,
        member: &Member,
        old: Option<&Member>,
        supporting: &[Envelope],
    ) -> Result<CertificateIssued, BrokerError> {
        let request = self.request(member, old.map(Member::digest), old);
        let vouch = self.vouch(member, &self.vouching);
        self.order(&request, &vouch, supporting)
    }

    pub(crate) fn order(
        &self,
        request: &Envelope,
        vouch: &Envelope,
        supporting: &[Envelope],
    ) -> Result<CertificateIssued, BrokerError> {
        let order =
            CertificateOrder { request: wire(request), vouch: wire(vouch), supporting: wires(supporting) };
        self.broker().certify(&order)
    }

    pub(crate) fn restrict(
        &self,
        statement: &Envelope,
        supporting: &[Envelope],
    ) -> Result<Acknowledged, BrokerError> {
        self.broker().acknowledge(&Restriction { statement: wire(statement), supporting: wires(supporting) })
    }
}

/// A workspace with an approved job of Ana on Ben's dataset, all acknowledged.
pub(crate) struct Job {
    pub(crate) charter: Envelope,
    pub(crate) acceptance: Envelope,
    pub(crate) manifest: Envelope,
    pub(crate) grant: Envelope,
    pub(crate) spec: Envelope,
    pub(crate) review: Envelope,
    pub(crate) request: Envelope,
    pub(crate) run: RunId,
}

impl World {
    pub(crate) fn charter(&self) -> Charter {
        Charter {
            version: 1,
            previous: None,
            nonce: "00112233445566778899aabbccddeeff".into(),
            name: "Study".parse().unwrap(),
            kind: WorkspaceKind::Analytics,
            floor: Assurance::Simulated,
            broker: self.identity.clone().unwrap(),
            minimum_identity: IdentityStrength::Local,
            console_allowed: false,
            members: BTreeSet::from([self.ana.digest(), self.ben.digest()]),
            administrators: BTreeSet::from([self.ana.digest()]),
            approval: ApprovalPolicy::AllMembers,
            run: RunPolicy::AllMembers,
            recoverers: BTreeSet::from([self.ana.digest(), self.ben.digest()]),
        }
    }

    pub(crate) fn manifest(&self, sequence: u64, previous: Option<Digest>) -> Manifest {
        let columns = r#"[{"name":"patient","type":"string","nullable":false}]"#;
        let schema: Schema = serde_json::from_str(columns).unwrap();
        Manifest {
            dataset: DatasetId(Uuid::from_u128(5)),
            sequence,
            previous,
            version: 1,
            name: "charges".parse().unwrap(),
            schema,
            rules: Rules::open(),
            floor: Assurance::Simulated,
            files: vec![CiphertextFile {
                name: "part-00000.parquet".into(),
                size: 10,
                sha256: Digest([1; 32]),
            }],
            format: FileFormat::Parquet,
            key_id: key_id(&DATA_KEY),
        }
    }

    pub(crate) fn certificates(&self) -> Vec<Envelope> {
        vec![self.ana.certificate.clone().unwrap(), self.ben.certificate.clone().unwrap()]
    }

    /// Everything signed, the charter in force at the broker.
    pub(crate) fn job(&self) -> Job {
        let (now, ana, ben) = (self.now(), &self.ana, &self.ben);
        let charter = ana.sign(None, now, self.charter());
        let workspace = Some(charter.digest());
        let acceptance = ben.sign(workspace, now, Acceptance { charter: charter.digest() });
        let manifest = ben.sign(None, now, self.manifest(1, None));
        let pin = Pin::Charter(charter.digest());
        let grant = Grant {
            manifest: manifest.digest(),
            pin,
            allow_simulated: true,
            expires: None,
            renew_within: None,
        };
        let grant = ben.sign(workspace, now, grant);
        let spec = ana.sign(workspace, now, self.spec(charter.digest(), manifest.digest()));
        let review = self.approval(&spec, charter.digest(), Decision::Approve);
        let run = RunId(Uuid::from_u128(1234));
        let request = self.run_request(run, &spec, charter.digest());
        let mut supporting = self.certificates();
        supporting.push(acceptance.clone());
        self.restrict(&charter, &supporting).unwrap();
        Job { charter, acceptance, manifest, grant, spec, review, request, run }
    }

    pub(crate) fn spec(&self, charter: Digest, manifest: Digest) -> Spec {
        Spec {
            charter,
            name: "totals".parse().unwrap(),
            kind: EnvironmentKind::Sql,
            source: "select count(*) as n from charges".into(),
            tables: BTreeMap::from([("charges".parse().unwrap(), manifest)]),
            variables: vec![],
            readers: BTreeSet::from([self.ana.digest()]),
            environment: environment_of(EnvironmentKind::Sql),
            max_runs: 2,
            valid_until: None,
            schedule: None,
            test: false,
        }
    }

    pub(crate) fn approval(&self, spec: &Envelope, charter: Digest, decision: Decision) -> Envelope {
        let workspace = spec.header().unwrap().workspace;
        let comment = Some("read".into());
        self.ben.sign(
            workspace,
            self.now(),
            Review { spec: spec.digest(), charter, decision, comment, expires: None },
        )
    }

    pub(crate) fn run_request(&self, run: RunId, spec: &Envelope, charter: Digest) -> Envelope {
        let workspace = spec.header().unwrap().workspace;
        let not_after = self.now().plus(Duration::hours(24));
        let body = RunRequest { run, spec: spec.digest(), charter, inputs: BTreeMap::new(), not_after };
        self.ana.sign(workspace, self.now(), body)
    }

    pub(crate) fn statements(&self, job: &Job) -> Vec<Envelope> {
        let mut all = self.certificates();
        let more =
            [&job.charter, &job.acceptance, &job.manifest, &job.grant, &job.spec, &job.review, &job.request];
        all.extend(more.into_iter().cloned());
        all
    }

    /// The data key as Ben sealed it to the broker.
    pub(crate) fn sealed_keys(&self, job: &Job) -> BTreeMap<Digest, serde_json::Value> {
        let broker = self.identity.as_ref().unwrap().sealing_key;
        let manifest = job.manifest.digest();
        let sealed =
            wrap_data_key(&broker, Assurance::Simulated, &manifest, &DATA_KEY, &CountingRng::new(5)).unwrap();
        BTreeMap::from([(manifest, serde_json::to_value(sealed).unwrap())])
    }
}

/// A worker in the middle of an exchange.
pub(crate) struct Exchange {
    pub(crate) challenge: Envelope,
    pub(crate) session: Digest,
    pub(crate) transcript: Transcript,
    pub(crate) signing: SigningKey,
    pub(crate) sealing: SealingKey,
    pub(crate) proof: Proof,
}

impl World {
    pub(crate) fn hello(&self, run: RunId, spec: Digest) -> Envelope {
        let hello = Hello { run, spec, tee: "sim".into() };
        unwire(&self.broker().challenge(&hello).unwrap().challenge)
    }

    /// A genuine worker's answer to a fresh challenge.
    pub(crate) fn exchange(&self, job: &Job, seed: u8) -> Exchange {
        let challenge = self.hello(job.run, job.spec.digest());
        self.answer(job, challenge, seed, b"worker")
    }

    pub(crate) fn answer(&self, job: &Job, challenge: Envelope, seed: u8, executable: &[u8]) -> Exchange {
        let signing = SigningKey::from_seed(&[seed; 32]);
        let sealing = SealingKey::from_seed([seed; 32]);
        let transcript = Transcript {
            challenge: challenge.payload().to_vec(),
            role: Role::Worker,
            run: job.run,
            spec: job.spec.digest(),
            environment: environment_of(EnvironmentKind::Sql),
            signing_key: signing.public(),
            sealing_key: sealing.public().unwrap(),
        };
        let evidence = self.evidence(transcript.report_data(), executable);
        let proof = Proof {
            signing_key: transcript.signing_key,
            sealing_key: transcript.sealing_key,
            environment: transcript.environment,
            evidence,
            statements: wires(&self.statements(job)),
            sealed_keys: self.sealed_keys(job),
        };
        let session = challenge.open::<Challenge>().unwrap().predicate().body.session;
        Exchange { challenge, session, transcript, signing, sealing, proof }
    }

    pub(crate) fn evidence(&self, report_data: [u8; 64], executable: &[u8]) -> String {
        let root = DevelopmentRoot::from_bytes(&self.root).unwrap();
        let evidence = root.attest(measure(executable), report_data, self.now()).unwrap();
        BASE64_STANDARD.encode(evidence.to_bytes())
    }

    pub(crate) fn release(&self, exchange: &Exchange) -> Result<Envelope, BrokerError> {
        self.broker().release(exchange.session, &exchange.proof).map(|released| unwire(&released.record))
    }

    pub(crate) fn keys(&self, exchange: &Exchange, record: &Envelope) -> Result<Keys, BrokerError> {
        self.broker().keys(exchange.session, &KeysRequest { inclusion: logged(record.digest(), &LOG_SEED) })
    }

    pub(crate) fn receipt(&self, job: &Job, exchange: &Exchange, record: &Envelope) -> Closing {
        let body = Receipt {
            run: job.run,
            release: record.digest(),
            outputs: vec![],
            outcome: "succeeded".into(),
            started: self.now(),
            finished: self.now(),
            assurance: Assurance::Simulated,
            worker: exchange.signing.public(),
        };
        let signer = Signer::Key(exchange.signing.public());
        let workspace = Some(job.charter.digest());
        let receipt =
            sign(&exchange.signing, &Predicate { issued_at: self.now(), signer, workspace, body }).unwrap();
        Closing { receipt: wire(&receipt) }
    }
}

/// A log of three entries, the middle one for `statement`, signed with `seed`.
pub(crate) fn logged(statement: Digest, seed: &[u8; 32]) -> serde_json::Value {
    let mut entries: Vec<Vec<u8>> = Vec::new();
    for (at, named) in [(1, sha256(b"one")), (2, statement), (3, sha256(b"three"))] {
        let mut entry = Entry::new(at, "worker", "run.release", Outcome::Done);
        entry.statement = Some(named.to_string());
        entries.push(entry.encode().unwrap());
    }
    let leaves: Vec<_> = entries.iter().map(|e| leaf_hash(e)).collect();
    let mut tree = Frontier::new();
    tree.extend(&leaves);
    let pair = node_hash(&leaves[0], &leaves[1]);
    assert_eq!(tree.root(), node_hash(&pair, &leaves[2]));
    let proof = InclusionProof { index: 1, size: 3, hashes: vec![leaves[0], leaves[2]] };
    let note =
        checkpoint::sign(seed, &Checkpoint { origin: ORIGIN.into(), size: 3, root: tree.root() }).unwrap();
    serde_json::to_value(Included::new(&entries[1], proof, note)).unwrap()
}
