//! From Hello to opened keys, against the broker and the server of a whole deployment.
//!
//! The bench plays the worker: it leases real runs with the worker's token while the real worker stands still, and proves
//! itself with simulated evidence over the real worker's measurement. Measured: hello, fresh keys, making the evidence,
//! every check of the broker, the log's entry with its proof, opening the sealed keys. Not measured: an attestation
//! device, a network, and the worker's own look at the statements.

use std::{
    fs,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_api::{
    Envelope as Wire,
    broker::{Hello, Proof},
    worker::{FinishReport, Lease, LeaseRequest, ReleaseReport},
};
use cloister_attest::sim::DevelopmentRoot;
use cloister_client::worker::{BrokerApi, WorkerApi};
use cloister_model::{Clock as _, Timestamp};
use cloister_statement::{
    Envelope, Predicate, Signer, SigningKey,
    predicate::{Challenge, EnvironmentKind, Receipt, ReleaseRecord},
    seal::{self, SealingKey},
    sign,
    transcript::{Role, Transcript, environment_of},
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    Failure,
    figures::{millis, percentile},
    world::{HostClock, OsRng, World},
};

/// Longer than a worker waits for a lease, so that the one who stands still gets none.
const STANDING: Duration = Duration::from_secs(22);

/// What plays the worker.
struct Player {
    server: WorkerApi,
    broker: BrokerApi,
    root: DevelopmentRoot,
    measurement: [u8; 48],
}

/// What an exchange leaves.
struct Exchanged {
    record: Envelope,
    signing: SigningKey,
    began: Timestamp,
}

/// So many runs, one after the other.
pub(crate) async fn bench(runs: usize) -> Result<(), Failure> {
    let world = World::new()?;
    let job = world.accepted(runs)?;
    let (pid, broker) = real_worker(&world)?;
    kill(pid, Signal::SIGSTOP)?;
    tokio::time::sleep(STANDING).await;
    let keys = world.deployment.data().join("keys");
    let token = fs::read_to_string(keys.join("worker.token"))?;
    let player = Player {
        server: WorkerApi::new(&world.deployment.url, token.trim())?,
        broker: BrokerApi::new(&broker)?,
        root: DevelopmentRoot::from_bytes(&fs::read(keys.join("development-root.json"))?)?,
        measurement: cloister_attest::measure(&fs::read(
            world.deployment.binaries().path("cloister-worker"),
        )?),
    };
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        world.ana.ok(&["job", "run", &job]);
        let request = LeaseRequest { wait_seconds: 20, simulated: true, name: None, measurement: None };
        let lease = player.server.lease(&request).await?.ok_or("no run was leased")?;
        let begun = Instant::now();
        let exchanged = player.exchange(&lease).await?;
        times.push(millis(begun.elapsed()));
        player.end(&lease, &exchanged).await?;
    }
    println!(
        "release: hello to keys, {runs} runs one after the other: p50 {:.1} ms, p99 {:.1} ms (goal p99 60 ms)",
        percentile(&mut times, 0.5),
        percentile(&mut times, 0.99)
    );
    kill(pid, Signal::SIGCONT)?;
    Ok(())
}

/// The worker of this deployment, by the token file in its arguments, and the broker it is told.
fn real_worker(world: &World) -> Result<(Pid, String), Failure> {
    let data = world.deployment.data();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else { continue };
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line);
        let words: Vec<&str> = line.split('\0').collect();
        let ours = words.iter().any(|w| w.starts_with(&*data.to_string_lossy()));
        if ours && words.first().is_some_and(|w| w.ends_with("/cloister-worker")) {
            let broker = words.iter().skip_while(|w| **w != "--broker").nth(1);
            return Ok((Pid::from_raw(pid), (*broker.ok_or("a worker without a broker")?).to_owned()));
        }
    }
    Err("the deployment has no worker".into())
}

fn read(wire: &Wire) -> Result<Envelope, Failure> {
    Ok(Envelope::parse(wire.0.to_string().as_bytes())?)
}

fn wire(envelope: &Envelope) -> Result<Wire, Failure> {
    Ok(Wire(serde_json::from_slice(&envelope.to_json())?))
}

impl Player {
    async fn exchange(&self, lease: &Lease) -> Result<Exchanged, Failure> {
        let began = HostClock.now();
        let hello = Hello { run: lease.run, spec: lease.spec, tee: "sim".into() };
        let challenge = read(&self.broker.hello(&hello).await?)?;
        let session = challenge.open::<Challenge>()?.predicate().body.session;
        let (signing, sealing) = (SigningKey::generate(&OsRng), SealingKey::generate(&OsRng));
        let transcript = Transcript {
            challenge: challenge.payload().to_vec(),
            role: Role::Worker,
            run: lease.run,
            spec: lease.spec,
            environment: environment_of(EnvironmentKind::Sql),
            signing_key: signing.public(),
            sealing_key: sealing.public()?,
        };
        let evidence = self.root.attest(self.measurement, transcript.report_data(), HostClock.now())?;
        let evidence = STANDARD.encode(evidence.to_bytes());
        let sealed = |t: &cloister_api::worker::LeasedTable| Some((t.manifest, t.sealed_key.clone()?));
        let proof = Proof {
            signing_key: transcript.signing_key,
            sealing_key: transcript.sealing_key,
            environment: transcript.environment,
            evidence: evidence.clone(),
            statements: lease.statements.clone(),
            sealed_keys: lease.tables.iter().filter_map(sealed).collect(),
        };
        let record_wire = self.broker.prove(session, &proof).await?;
        let record = read(&record_wire)?;
        let report = ReleaseReport {
            fence: lease.fence,
            record: record_wire,
            challenge: wire(&challenge)?,
            transcript: STANDARD.encode(transcript.bytes()),
            evidence,
        };
        let inclusion = self.server.release(lease.run, &report).await?;
        let keys = self.broker.keys(session, &inclusion.0).await?;
        for table in &lease.tables {
            let sealed = keys.get(&table.manifest).ok_or("a key is missing")?.clone();
            let sealed: seal::Sealed = serde_json::from_value(sealed)?;
            let aad = seal::release_aad(&transcript.report_data(), &record.digest(), &table.manifest);
            seal::open_released(&sealing, &aad, &sealed)?;
        }
        Ok(Exchanged { record, signing, began })
    }

    /// Closes the run with a receipt that says what is so: nothing came out.
    async fn end(&self, lease: &Lease, exchanged: &Exchanged) -> Result<(), Failure> {
        let opened = exchanged.record.open::<ReleaseRecord>()?;
        let (workspace, assurance) = (opened.predicate().workspace, opened.predicate().body.assurance);
        let (finished, worker) = (HostClock.now(), exchanged.signing.public());
        let body = Receipt {
            run: lease.run,
            release: exchanged.record.digest(),
            outputs: Vec::new(),
            outcome: "cancelled".into(),
            started: exchanged.began,
            finished,
            assurance,
            worker,
        };
        let predicate = Predicate { issued_at: finished, signer: Signer::Key(worker), workspace, body };
        let receipt = wire(&sign(&exchanged.signing, &predicate)?)?;
        self.broker.close(lease.run, receipt.clone()).await?;
        let report = FinishReport {
            fence: lease.fence,
            outcome: "cancelled".into(),
            check: None,
            receipt: Some(receipt),
            outputs: Vec::new(),
        };
        Ok(self.server.finish(lease.run, &report).await?)
    }
}
