//! A small world for tests: two members of two organisations, a broker with simulated evidence, one dataset each, a job
//! that both approved, a run. [`Edits`] changes any body before it is signed; everything that names it by digest follows.

use std::sync::OnceLock;

use cloister_attest::sim::DevelopmentRoot;
use cloister_model::{Digest, Duration, IdentityStrength, OrgId, Rng, RunId, Timestamp};
use cloister_statement::{
    AgeIdentity, Body, Envelope, Predicate, Signer, SigningKey,
    configuration::BrokerConfiguration,
    predicate::{
        Acceptance, BrokerIdentity, Certificate, Challenge, Channel, Charter, Grant, Manifest, Review,
        RunRequest, Spec,
    },
    seal::SealingKey,
    sign,
    testing::CountingRng,
    transcript::{Role, Transcript, environment_of},
};

use crate::{
    Dossier, Marks, Refused,
    exchange::{Appraiser, Session, Worker},
    run::{self, Cleared, Facts},
};

mod bodies;
pub mod bundles;
pub mod ingests;

/// The moment of every test, unless it says otherwise: 2027-01-15.
pub const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

/// The code of the worker that is accepted.
pub const WORKER_CODE: &[u8] = b"the worker";
/// The code of the broker.
pub const BROKER_CODE: &[u8] = b"the broker";

/// The development root of all tests in a process; making one takes a while.
pub fn root() -> &'static DevelopmentRoot {
    static ROOT: OnceLock<DevelopmentRoot> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "test support: a test without a root cannot run")]
    ROOT.get_or_init(|| DevelopmentRoot::generate(NOW).expect("a development root"))
}

/// Signs, or stops the test.
pub fn signed<B: Body>(
    key: &SigningKey,
    signer: Signer,
    workspace: Option<Digest>,
    at: Timestamp,
    body: B,
) -> Envelope {
    #[expect(clippy::expect_used, reason = "test support")]
    sign(key, &Predicate { issued_at: at, signer, workspace, body }).expect("a statement that can be signed")
}

/// A member with its certificate.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its signing key.
    pub key: SigningKey,
    /// Its age identity.
    pub age: AgeIdentity,
    /// Its certificate statement.
    pub certificate: Envelope,
}

impl Member {
    /// Signs a statement of a workspace at [`NOW`].
    pub fn sign<B: Body>(&self, workspace: Option<Digest>, body: B) -> Envelope {
        signed(&self.key, Signer::Certificate(self.certificate.digest()), workspace, NOW, body)
    }
    /// The digest of its certificate.
    pub fn id(&self) -> Digest {
        self.certificate.digest()
    }
}

/// Changes to bodies before they are signed.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "each field edits the body it is named after")]
pub struct Edits {
    pub certificate: fn(&mut Certificate),
    pub charter: fn(&mut Charter),
    pub manifest: fn(&mut Manifest),
    pub grant: fn(&mut Grant),
    pub spec: fn(&mut Spec),
    pub review: fn(&mut Review),
    pub request: fn(&mut RunRequest),
    pub challenge: fn(&mut Challenge),
    pub transcript: fn(&mut Transcript),
}

impl Default for Edits {
    fn default() -> Self {
        Self {
            certificate: |_| {},
            charter: |_| {},
            manifest: |_| {},
            grant: |_| {},
            spec: |_| {},
            review: |_| {},
            request: |_| {},
            challenge: |_| {},
            transcript: |_| {},
        }
    }
}

/// The world.
pub struct World {
    /// Randomness.
    pub rng: CountingRng,
    /// The broker's signing key.
    pub broker_key: SigningKey,
    /// The broker's HPKE key.
    pub broker_sealing: SealingKey,
    /// The broker's configuration.
    pub configuration: BrokerConfiguration,
    /// The seed of the log's key.
    pub log_seed: [u8; 32],
    /// The broker as the charter names it.
    pub broker: BrokerIdentity,
    /// Author, administrator, owner of one dataset.
    pub ana: Member,
    /// Reviewer, owner of the other dataset.
    pub ben: Member,
    /// The first charter.
    pub charter: Envelope,
    /// Ben's acceptance.
    pub acceptance: Envelope,
    /// Ana's and Ben's manifests.
    pub manifests: Vec<Envelope>,
    /// Their grants.
    pub grants: Vec<Envelope>,
    /// Ana's spec.
    pub spec: Envelope,
    /// Ben's approval.
    pub review: Envelope,
    /// Ana's run request.
    pub request: Envelope,
    /// The broker's challenge.
    pub challenge: Envelope,
    /// The worker's signing key.
    pub worker_key: SigningKey,
    /// The worker's HPKE key.
    pub worker_sealing: SealingKey,
    /// The worker's transcript as it wrote it.
    pub transcript: Transcript,
    /// The worker.
    pub worker: Worker,
    /// The run.
    pub run: RunId,
}

/// A certificate by `broker` for fresh keys.
pub fn member(broker: &SigningKey, rng: &dyn Rng, name: &str, edit: fn(&mut Certificate)) -> Member {
    let (key, age) = (SigningKey::generate(rng), AgeIdentity::generate());
    #[expect(clippy::expect_used, reason = "test support")]
    let mut body = Certificate {
        organisation: OrgId(uuid(rng)),
        organisation_name: format!("{name} hospital").parse().expect("a name"),
        issuer: "local".into(),
        subject: name.into(),
        email: format!("{name}@example.org").parse().expect("an address"),
        signing_key: key.public(),
        age_recipient: age.recipient(),
        channel: Channel::Native,
        identity: IdentityStrength::Local,
        not_before: NOW.plus(Duration::days(-1)),
        not_after: NOW.plus(Duration::days(364)),
        request: Digest([7; 32]),
        replaces: None,
    };
    edit(&mut body);
    let certificate = signed(broker, Signer::Key(broker.public()), None, NOW.plus(Duration::days(-1)), body);
    Member { key, age, certificate }
}

fn uuid(rng: &dyn Rng) -> uuid::Uuid {
    cloister_model::ambient::uuid_v4(rng)
}

#[expect(clippy::expect_used, reason = "test support")]
impl World {
    /// The world in which every check holds.
    pub fn new() -> Self {
        Self::edited(&Edits::default())
    }

    /// The world with some bodies changed before signing.
    pub fn edited(edits: &Edits) -> Self {
        let rng = CountingRng::new(42);
        let (broker_key, broker_sealing) = (SigningKey::generate(&rng), SealingKey::generate(&rng));
        let log_seed = [5; 32];
        let configuration = bodies::configuration(&log_seed);
        let broker = bodies::broker(&broker_key, &broker_sealing, &configuration);
        let ana = member(&broker_key, &rng, "ana", |_| {});
        let ben = member(&broker_key, &rng, "ben", edits.certificate);
        let mut body = bodies::first_charter(&broker, &ana, &ben);
        (edits.charter)(&mut body);
        let charter = ana.sign(None, body);
        let workspace = Some(charter.digest());
        let acceptance = ben.sign(workspace, Acceptance { charter: charter.digest() });
        let owners = [(&ana, "measurements"), (&ben, "diagnoses")];
        let manifests: Vec<_> = owners
            .iter()
            .map(|(owner, name)| {
                let mut body = bodies::manifest(&rng, name);
                (edits.manifest)(&mut body);
                owner.sign(None, body)
            })
            .collect();
        let grants = owners.iter().zip(&manifests).map(|((owner, _), manifest)| {
            let mut body = bodies::grant(manifest, &charter);
            (edits.grant)(&mut body);
            owner.sign(workspace, body)
        });
        let grants = grants.collect();
        let mut body = bodies::spec(&charter, &manifests, &ana);
        (edits.spec)(&mut body);
        let kind = body.kind;
        let spec = ana.sign(workspace, body);
        let mut body = bodies::review(&spec, &charter);
        (edits.review)(&mut body);
        let review = ben.sign(workspace, body);
        let run = RunId(uuid(&rng));
        let mut body = bodies::request(run, &spec, &charter);
        (edits.request)(&mut body);
        let request = ana.sign(workspace, body);
        let mut body = bodies::challenge(&broker, run, &spec);
        (edits.challenge)(&mut body);
        let challenge = signed(&broker_key, Signer::Key(broker_key.public()), None, NOW, body);
        let (worker_key, worker_sealing) = (SigningKey::generate(&rng), SealingKey::generate(&rng));
        let mut transcript = Transcript {
            challenge: challenge.payload().to_vec(),
            role: Role::Worker,
            run,
            spec: spec.digest(),
            environment: environment_of(kind),
            signing_key: worker_key.public(),
            sealing_key: worker_sealing.public().expect("a key"),
        };
        let (signing_key, sealing_key) = (transcript.signing_key, transcript.sealing_key);
        (edits.transcript)(&mut transcript);
        let evidence = root()
            .attest(cloister_attest::measure(WORKER_CODE), transcript.report_data(), NOW)
            .expect("simulated evidence");
        let worker = Worker { signing_key, sealing_key, evidence };
        Self {
            rng,
            broker_key,
            broker_sealing,
            configuration,
            log_seed,
            broker,
            ana,
            ben,
            charter,
            acceptance,
            manifests,
            grants,
            spec,
            review,
            request,
            challenge,
            worker_key,
            worker_sealing,
            transcript,
            worker,
            run,
        }
    }

    /// The workspace.
    pub fn workspace(&self) -> Option<Digest> {
        Some(self.charter.digest())
    }

    /// Every statement of the run.
    pub fn statements(&self) -> Vec<Envelope> {
        let mut out = vec![
            self.ana.certificate.clone(),
            self.ben.certificate.clone(),
            self.charter.clone(),
            self.acceptance.clone(),
            self.spec.clone(),
            self.review.clone(),
            self.request.clone(),
        ];
        out.extend(self.manifests.iter().chain(&self.grants).cloned());
        out
    }

    /// The dossier of the run with more statements.
    pub fn dossier(&self, more: &[Envelope]) -> Result<Dossier, Refused> {
        Dossier::read(self.statements().iter().chain(more), [self.broker_key.public()])
    }

    /// All checks, with more statements and with marks.
    pub fn check_with(&self, more: &[Envelope], marks: &Marks, now: Timestamp) -> Result<Cleared, Refused> {
        let dossier = self.dossier(more)?;
        let session = Session::Live(self.challenge.clone());
        let appraiser = Appraiser::of(&self.configuration);
        let facts = Facts {
            run: self.run,
            spec: self.spec.digest(),
            session: &session,
            worker: &self.worker,
            broker: &self.broker,
            appraiser: &appraiser,
            evidence_at: now,
            now,
        };
        run::check(&dossier, marks, &facts)
    }

    /// All checks.
    pub fn check(&self) -> Result<Cleared, Refused> {
        self.check_with(&[], &Marks::default(), NOW)
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}
