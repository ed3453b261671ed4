//! Two people, their datasets and a job, signed by the builders of `cloister_verify`; a broker that judges with the real
//! checks and can be switched off.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use cloister_app::work::workspaces::Unsigned;
use cloister_app::{
    App, AppError, Background, BrokerPipe, PasswordCost, PipeError, SigningKey,
    log::Log,
    notices::mail::Mailer,
    people::{
        administration::{HostOperator, Wanted},
        passkeys::RelyingParty,
    },
    restrict::Standing,
    webhooks::{Courier, CourierError, Post},
    work::{
        datasets::NewShare,
        grounds::wire,
        jobs::JobView,
        room::Rooms,
        worker::{Asker, Finish, Leased, NewRelease},
    },
};
use cloister_authz::{Actor, Powers, Resource, actions::RequestCertificate, authorize};
use cloister_model::{Clock, Digest, Duration, JobId, Rng, Role, Roles, Timestamp};
use cloister_statement::{
    Envelope, Signer,
    predicate::{Acknowledgement, Manifest, Output},
    testing::CountingRng,
};
use cloister_store::{
    Store,
    objects::Objects,
    people::certificates::{CertificateRow, NewCertificate},
};
use cloister_testkit::Database;
use cloister_verify::{
    Dossier, Marks, acts,
    testing::{
        Edits, Member, NOW, World,
        bundles::{BundleEdits, bundle},
        signed,
    },
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The ciphertext of each dataset.
pub(crate) const CIPHERTEXT: &[u8] = b"0123456789";
/// The sealed result.
pub(crate) const RESULT: &[u8] = b"sealed";
/// The one file of a dataset.
pub(crate) const FILE: &str = "part-00000.parquet";

pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// A clock moved by hand.
pub(crate) struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Deterministic bytes.
struct Bytewise(CountingRng);

impl Rng for Bytewise {
    fn fill(&self, out: &mut [u8]) {
        self.0.fill(out);
    }
}

/// A broker that judges and acknowledges, while it is there.
pub(crate) struct Script {
    key: SigningKey,
    there: AtomicBool,
    said: Mutex<(Marks, BTreeMap<Digest, Value>)>,
    /// Receipts with which runs were closed, by the path that asks for them.
    closed: Mutex<BTreeMap<String, Value>>,
}

impl Script {
    pub(crate) fn be_there(&self, there: bool) {
        self.there.store(there, Ordering::SeqCst);
    }

    /// A worker closed its run with this receipt.
    pub(crate) fn close(&self, run: cloister_model::RunId, receipt: Value) {
        self.closed.lock().unwrap().insert(format!("/v1/runs/{run}/receipt"), receipt);
    }

    fn judge(&self, body: &Value) -> Result<Value, PipeError> {
        let read = |value: &Value| {
            Envelope::parse(value.to_string().as_bytes()).map_err(|e| PipeError::Malformed(e.to_string()))
        };
        let refused = |refused: cloister_verify::Refused| PipeError::Refused {
            check: Some(refused.check.as_str().into()),
            reason: refused.reason,
        };
        let statement = read(&body["statement"])?;
        let supporting =
            body["supporting"].as_array().unwrap().iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let mut said = self.said.lock().unwrap();
        if let Some(known) = said.1.get(&statement.digest()) {
            return Ok(json!({ "acknowledgement": known }));
        }
        let dossier = Dossier::read(&supporting, [self.key.public()]).map_err(refused)?;
        let effect = acts::effect(&statement, &dossier, &said.0, NOW).map_err(refused)?;
        said.0.apply(&effect);
        let sequence = said.1.len() as u64 + 1;
        let body = Acknowledgement { statement: statement.digest(), sequence, state: Digest([6; 32]) };
        let answer = wire(&signed(&self.key, Signer::Key(self.key.public()), None, NOW, body));
        said.1.insert(statement.digest(), answer.clone());
        Ok(json!({ "acknowledgement": answer }))
    }
}

#[async_trait]
impl BrokerPipe for Script {
    async fn get(&self, path: &str) -> Result<Value, PipeError> {
        if !self.there.load(Ordering::SeqCst) || !path.ends_with("/receipt") {
            return Err(PipeError::Unavailable("scripted".into()));
        }
        match self.closed.lock().unwrap().get(path) {
            Some(receipt) => Ok(json!({ "receipt": receipt })),
            None => Err(PipeError::Absent("not closed".into())),
        }
    }
    async fn post(&self, path: &str, body: Value) -> Result<Value, PipeError> {
        match (self.there.load(Ordering::SeqCst), path) {
            (true, "/v1/statements") => self.judge(&body),
            (true, "/v1/evidence") => {
                Ok(json!({ "nonce": body["nonce"], "evidence": "", "configuration": "" }))
            }
            (true, other) => Err(PipeError::Absent(other.into())),
            (false, _) => Err(PipeError::Unavailable("scripted".into())),
        }
    }
}

/// Webhooks go nowhere here.
struct NoCourier;

#[async_trait]
impl Courier for NoCourier {
    fn admits(&self, _url: &str) -> Result<(), String> {
        Err("no webhooks here".into())
    }
    async fn post(&self, _post: &Post) -> Result<u16, CourierError> {
        Err(CourierError("no webhooks here".into()))
    }
}

/// A deployment in which the world's statements are sent.
pub(crate) struct Study {
    pub(crate) world: Box<World>,
    pub(crate) app: Arc<App>,
    pub(crate) broker: Arc<Script>,
    pub(crate) ana: Actor,
    pub(crate) ben: Actor,
    clock: Arc<Hands>,
    _stop: tokio::sync::watch::Sender<bool>,
    _folder: tempfile::TempDir,
    _database: Database,
}

/// Manifests name the ciphertext that is uploaded here.
pub(crate) fn edits() -> Edits {
    let files = |m: &mut Manifest| {
        for file in &mut m.files {
            (file.size, file.sha256) = (CIPHERTEXT.len() as u64, sha256(CIPHERTEXT));
        }
    };
    Edits { manifest: files, ..Edits::default() }
}

impl Study {
    /// People with certificates, nothing else.
    pub(crate) async fn of(world: World) -> Self {
        Self::with_mail(world, None).await
    }

    /// The same, with a mail server.
    pub(crate) async fn mailed(mailer: Option<Arc<dyn Mailer>>) -> Self {
        Self::with_mail(World::edited(&edits()), mailer).await
    }

    async fn with_mail(world: World, mailer: Option<Arc<dyn Mailer>>) -> Self {
        let world = Box::new(world);
        let folder = tempfile::tempdir().unwrap();
        let database = Database::of_this_run();
        let store = Store::open(&database.url_in(folder.path())).await.unwrap();
        let clock = Arc::new(Hands(AtomicI64::new(NOW.micros())));
        let rng: Arc<dyn Rng> = Arc::new(Bytewise(CountingRng::new(9)));
        let log = Log::open(store.clone(), folder.path().join("log"), "test.example/log".into(), [3; 32])
            .await
            .unwrap();
        let broker = Arc::new(Script {
            key: world.broker_key.clone(),
            there: AtomicBool::new(true),
            said: Mutex::default(),
            closed: Mutex::default(),
        });
        let app = Arc::new(App {
            objects: Objects::open(folder.path()).await.unwrap(),
            store,
            broker: broker.clone(),
            clock: clock.clone(),
            rng,
            log: Arc::new(log),
            vouching: SigningKey::from_seed(&[4; 32]),
            passwords: PasswordCost::MINIMUM,
            relying_party: RelyingParty::of("https://study.example"),
            sealing: cloister_app::sealed::SealingKey::new([6; 32]),
            judged: Rooms::default(),
            courier: Arc::new(NoCourier),
            mailer,
            outgoing: tokio::sync::Notify::new(),
            feed: cloister_app::events::Feed::default(),
            work: tokio::sync::Notify::new(),
        });
        let ana = person(&app, "ana", &world.ana, &[Role::WorkspaceAdmin]).await;
        let ben = person(&app, "ben", &world.ben, &[]).await;
        let (stop, stopping) = tokio::sync::watch::channel(false);
        tokio::spawn(app.log.clone().run(app.clock.clone(), "test".into(), stopping.clone()));
        tokio::spawn(Background(app.clone()).run(stopping));
        Self { world, app, broker, ana, ben, clock, _stop: stop, _folder: folder, _database: database }
    }

    /// The workspace is proposed; Ben has not answered.
    pub(crate) async fn pending() -> Self {
        let study = Box::pin(Self::of(World::edited(&edits()))).await;
        let made = study
            .app
            .create_workspace(&study.ana, &wire(&study.world.charter), Unsigned::default())
            .await
            .unwrap();
        assert_eq!(made.row.state, "pending");
        study
    }

    /// Both accepted, both shared.
    pub(crate) async fn active(edits: Edits) -> Self {
        let study = Box::pin(Self::of(World::edited(&edits))).await;
        study
            .app
            .create_workspace(&study.ana, &wire(&study.world.charter), Unsigned::default())
            .await
            .unwrap();
        let acceptance = wire(&study.world.acceptance);
        study.app.accept(&study.ben, study.workspace(), &acceptance).await.unwrap();
        study.in_force().await;
        for (at, owner, name) in [(0, &study.ana, "measurements"), (1, &study.ben, "diagnoses")] {
            study.share(at, owner, name).await;
        }
        study
    }

    /// Waits until the charter is in force: a request waits 5 s for the broker, on a busy machine not always enough.
    async fn in_force(&self) {
        let charter = self.world.charter.digest();
        for _ in 0..6 {
            if matches!(self.app.standing(charter).await.unwrap(), Standing::InForce(_)) {
                return;
            }
        }
        panic!("the charter is not in force after 30 s");
    }

    pub(crate) async fn share(&self, at: usize, owner: &Actor, name: &str) {
        let manifest = &self.world.manifests[at];
        let dataset = manifest.open::<Manifest>().unwrap().predicate().body.dataset;
        let upload = self.app.begin_upload(owner, dataset, 1, FILE).await.unwrap();
        self.app.upload_part(owner, upload.id, 0, Bytes::from_static(CIPHERTEXT)).await.unwrap();
        let size = CIPHERTEXT.len() as u64;
        self.app.finish_upload(owner, upload.id, size, sha256(CIPHERTEXT)).await.unwrap();
        self.app.add_dataset(owner, &wire(manifest), "sealed to the owner").await.unwrap();
        let share = NewShare {
            grant: wire(&self.world.grants[at]),
            sealed_key: json!({ "sealed": at }),
            sql_name: name.parse().unwrap(),
        };
        self.app.share_dataset(owner, dataset, &share).await.unwrap();
    }

    pub(crate) fn workspace(&self) -> Digest {
        self.world.charter.digest()
    }

    /// Ana's draft.
    pub(crate) async fn draft(&self, name: &str) -> JobId {
        let made = self.app.create_job(&self.ana, self.workspace(), name.parse().unwrap(), "{}".into()).await;
        made.unwrap().row.id
    }

    /// The job, submitted by Ana and approved by Ben.
    pub(crate) async fn accepted(&self) -> JobView {
        let id = self.draft("count").await;
        self.app.submit_job(&self.ana, id, &wire(&self.world.spec)).await.unwrap();
        let (view, _) = self.app.review_job(&self.ben, id, &wire(&self.world.review)).await.unwrap();
        view
    }

    /// The run, asked for by Ana.
    pub(crate) async fn queued(edits: Edits) -> Self {
        let study = Box::pin(Self::active(edits)).await;
        let job = study.accepted().await;
        study.app.run_job(&study.ana, job.row.id, &wire(&study.world.request)).await.unwrap();
        study
    }

    /// A worker asks for work without waiting.
    pub(crate) async fn lease(&self, name: &str, simulated: bool) -> Option<Leased> {
        let asker = Asker::new(Some(name), simulated, None).unwrap();
        self.app.lease_run(&Actor::Worker, &asker, 0).await.unwrap()
    }

    /// What the worker hands over: its release, and its end with one output.
    pub(crate) fn handed_over(&self) -> (NewRelease, Finish) {
        let outputs = |r: &mut cloister_statement::predicate::Receipt| {
            r.outputs =
                vec![Output { name: "result".into(), size: RESULT.len() as u64, sha256: sha256(RESULT) }];
        };
        let made = bundle(&self.world, &BundleEdits { receipt: outputs, ..BundleEdits::default() });
        let release = NewRelease {
            record: wire(&made.releases[0]),
            challenge: wire(&made.challenge),
            transcript: STANDARD.encode(&made.transcript.0),
            evidence: STANDARD.encode(&made.evidence.0),
        };
        let finish = Finish {
            outcome: "succeeded".into(),
            check: None,
            receipt: Some(wire(&made.receipt)),
            outputs: vec![("result".into(), RESULT.len() as u64, sha256(RESULT))],
            report: json!({ "outcome": "succeeded" }),
        };
        (release, finish)
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.0.fetch_add(Duration::seconds(seconds).micros(), Ordering::SeqCst);
    }

    /// How many entries of an action the log has.
    pub(crate) async fn logged(&self, action: &str) -> usize {
        let filter = cloister_store::log::Filter { action: Some(action.into()), ..Default::default() };
        self.app.store.read().find_entries(&filter, 1000).await.unwrap().len()
    }
}

/// Somebody without a certificate.
pub(crate) async fn person_of(app: &App, name: &str, roles: &[Role]) -> Actor {
    let clock = Hands(AtomicI64::new(NOW.micros()));
    let operator = HostOperator {
        store: &app.store,
        clock: &clock,
        rng: app.rng.as_ref(),
        passwords: PasswordCost::MINIMUM,
    };
    operator.add_organisation(format!("{name} hospital").parse().unwrap()).await.unwrap();
    let wanted = Wanted {
        email: format!("{name}@example.org").parse().unwrap(),
        org: format!("{name} hospital").parse().unwrap(),
        password: None,
        roles: Roles(roles.iter().copied().collect()),
    };
    let (user, _) = operator.add_user(wanted).await.unwrap();
    let roles = user.roles.clone();
    Actor::User { id: user.id, org: user.org, roles, disabled: false, powers: Powers::session() }
}

async fn person(app: &App, name: &str, member: &Member, roles: &[Role]) -> Actor {
    let actor = person_of(app, name, roles).await;
    let owner = actor.user().unwrap();
    let email = format!("{name}@example.org").parse().unwrap();
    let grant = authorize(&actor, RequestCertificate, &Resource::deployment()).unwrap();
    let row = CertificateRow {
        digest: member.id(),
        owner,
        envelope: String::from_utf8(member.certificate.to_json()).unwrap(),
        ended: None,
        not_after: NOW.plus(Duration::days(364)),
    };
    let new = NewCertificate { row, email, request: "{}".into(), replaces: None, now: NOW };
    let tx = app.store.write().await.unwrap();
    tx.add_certificate(&grant, &new).await.unwrap();
    tx.commit().await.unwrap();
    actor
}

/// The named check that refused.
pub(crate) fn check<T>(result: Result<T, AppError>) -> String {
    match result {
        Err(AppError::Refused { check, .. }) => check,
        Err(other) => panic!("refused by no check: {other:?}"),
        Ok(_) => panic!("not refused"),
    }
}

/// Which kind of refusal it was.
pub(crate) fn kind<T>(result: Result<T, AppError>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(AppError::Denied(_)) => "denied",
        Err(AppError::Unauthenticated(_)) => "unauthenticated",
        Err(AppError::Expired(_)) => "expired",
        Err(AppError::Absent(_)) => "absent",
        Err(AppError::Invalid(_)) => "invalid",
        Err(AppError::Unprocessable(_)) => "unprocessable",
        Err(AppError::Conflict(_)) => "conflict",
        Err(AppError::State(_)) => "state",
        Err(AppError::Stale(_)) => "stale",
        Err(AppError::Refused { .. }) => "refused",
        Err(AppError::Throttled) => "throttled",
        Err(AppError::Unavailable(_)) => "unavailable",
        Err(AppError::Database(_)) => "database",
        Err(AppError::Disk(_)) => "disk",
        Err(AppError::Internal(_)) => "internal",
    }
}
