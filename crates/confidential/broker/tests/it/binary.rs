//! The real binary: its start, its endpoints, and `kill -9` around every step of a release.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
};

use cloister_api::broker::{Anchor, BrokerProblem, Challenged, Hello, KeysRequest, Released, Restriction};
use cloister_statement::predicate::{ReleaseRecord, Revocation};
use serde::{Serialize, de::DeserializeOwned};

use crate::world::{Exchange, Job, START, World, logged, unwire, wire, wires};

const BINARY: &str = env!("CARGO_BIN_EXE_cloister-broker");

/// A running broker; killed with SIGKILL when dropped.
struct Process {
    child: Child,
    address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command.arg("--state").arg(folder.join("state")).arg("--config").arg(folder.join("config.json"));
    command
}

fn simulated(folder: &Path) -> Command {
    let mut command = command(folder);
    command.arg("--insecure-sim-tee").arg("--dev-root").arg(folder.join("root.json"));
    command
}

impl Process {
    fn start(folder: &Path) -> Self {
        let mut child = simulated(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(ready["event"], "ready");
        let address = ready["url"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        let process = Self { child, address };
        process.post::<serde_json::Value>("/v1/anchor", &Anchor { record: None }).unwrap();
        process
    }

    fn send(&self, method: &str, path: &str, body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: broker\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The server may answer and close before it has read an oversized body.
        let _ = stream.write_all(body);
        stream
    }

    fn call(&self, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut answer = Vec::new();
        let _ = self.send(method, path, body).read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text.split(' ').nth(1).unwrap_or("0").parse().unwrap();
        let at = text.find("\r\n\r\n").map_or(answer.len(), |at| at + 4);
        (status, answer[at..].to_vec())
    }

    fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, (u16, BrokerProblem)> {
        let (status, body) = self.call("POST", path, &serde_json::to_vec(body).unwrap());
        if status == 200 {
            Ok(serde_json::from_slice(&body).unwrap())
        } else {
            Err((status, serde_json::from_slice(&body).unwrap()))
        }
    }
}

/// A prepared installation: state, configuration, root; everything signed.
fn prepared() -> (World, Job) {
    let mut world = World::bare();
    world.executable = fs::read(BINARY).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the binary goes by the real clock")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    world.clock.forward(i64::try_from(now.as_secs()).unwrap() - START.seconds());
    let mut world = World::enrolled(world);
    let job = world.job();
    world.broker = None;
    (world, job)
}

fn install(world: &World) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    fs::create_dir(&state).unwrap();
    if world.state().join("broker.redb").exists() {
        fs::copy(world.state().join("broker.redb"), state.join("broker.redb")).unwrap();
        let key = state.join("state.key");
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(key)
            .unwrap()
            .write_all(&[3; 32])
            .unwrap();
    }
    fs::write(folder.path().join("config.json"), &world.configuration).unwrap();
    fs::write(folder.path().join("root.json"), &world.root).unwrap();
    folder
}

fn exchange(process: &Process, world: &World, job: &Job, seed: u8) -> Exchange {
    let hello = Hello { run: job.run, spec: job.spec.digest(), tee: "sim".into() };
    let challenged: Challenged = process.post("/v1/sessions", &hello).unwrap();
    world.answer(job, unwire(&challenged.challenge), seed, b"worker")
}

fn release(process: &Process, exchange: &Exchange) -> Result<ReleaseRecord, (u16, BrokerProblem)> {
    let released: Released =
        process.post(&format!("/v1/sessions/{}/evidence", exchange.session), &exchange.proof)?;
    Ok(unwire(&released.record).open::<ReleaseRecord>().unwrap().predicate().body.clone())
}

#[test]
fn killed_at_any_moment_of_a_release_it_gives_a_run_at_most_twice_and_counts_it_once() {
    let (world, job) = prepared();
    for delay in [0, 3, 10, 40] {
        let folder = install(&world);
        let process = Process::start(folder.path());
        let first = exchange(&process, &world, &job, 50);
        let path = format!("/v1/sessions/{}/evidence", first.session);
        let stream = process.send("POST", &path, &serde_json::to_vec(&first.proof).unwrap());
        sleep(std::time::Duration::from_millis(delay));
        drop(process);
        drop(stream);

        let process = Process::start(folder.path());
        let (status, problem) = release(&process, &first).unwrap_err();
        assert_eq!(
            (status, problem.check.as_deref()),
            (403, Some("session")),
            "the session is gone, {delay} ms"
        );
        let mut attempts = Vec::new();
        let mut process = Some(process);
        loop {
            let running = process.take().unwrap_or_else(|| Process::start(folder.path()));
            match release(&running, &exchange(&running, &world, &job, 51)) {
                Ok(record) => {
                    assert_eq!(record.count, 1, "one use, whatever crashed");
                    attempts.push(record.attempt);
                }
                Err((status, problem)) => {
                    assert_eq!((status, problem.check.as_deref()), (403, Some("counter")), "{problem:?}");
                    break;
                }
            }
            assert!(attempts.len() <= 2, "{attempts:?}");
            // Killed between the record and its keys.
            drop(running);
        }
        assert!(attempts == [1, 2] || attempts == [2], "{attempts:?} after {delay} ms");
    }
}

#[test]
fn what_was_acknowledged_survives_the_kill() {
    let (world, job) = prepared();
    let folder = install(&world);
    let process = Process::start(folder.path());
    let given = exchange(&process, &world, &job, 50);
    let released: Released =
        process.post(&format!("/v1/sessions/{}/evidence", given.session), &given.proof).unwrap();
    let inclusion = logged(unwire(&released.record).digest(), &[9; 32]);
    let keys = format!("/v1/sessions/{}/keys", given.session);
    let _: serde_json::Value = process.post(&keys, &KeysRequest { inclusion }).unwrap();
    let revocation =
        world.ben.sign(Some(job.charter.digest()), world.now(), Revocation { grant: job.grant.digest() });
    let restriction =
        Restriction { statement: wire(&revocation), supporting: wires(&world.statements(&job)) };
    let first: serde_json::Value = process.post("/v1/statements", &restriction).unwrap();
    drop(process);
    let process = Process::start(folder.path());
    assert_eq!(process.post::<serde_json::Value>("/v1/statements", &restriction).unwrap(), first);
    let (_, problem) = release(&process, &exchange(&process, &world, &job, 51)).unwrap_err();
    assert_eq!(problem.check.as_deref(), Some("grant"));
}

#[test]
fn bad_requests_are_told_apart() {
    let world = World::bare();
    let folder = install(&world);
    let process = Process::start(folder.path());
    let digest = "00".repeat(32);
    let evidence = format!("/v1/sessions/{digest}/evidence");
    let cases = [
        ("GET", "/v1/identity", &b""[..], 200),
        ("GET", "/v1/nothing", b"", 404),
        ("GET", "/v1/runs/x/receipt", b"", 400),
        ("GET", "/v1/runs/00000000-0000-0000-0000-000000000001/receipt", b"", 404),
        ("POST", "/v1/evidence", b"{", 400),
        ("POST", "/v1/evidence", b"{\"nonce\":1}", 400),
        ("POST", "/v1/sessions", b"{\"unknown\":1}", 400),
        ("POST", "/v1/sessions/short/evidence", b"{}", 400),
        ("POST", &evidence, &vec![b' '; (8 << 20) + 1], 413),
    ];
    for (method, path, body, status) in cases {
        assert_eq!(process.call(method, path, body).0, status, "{method} {path}");
    }
    let hello = serde_json::json!({ "nonce": digest });
    let proven: serde_json::Value = process.post("/v1/evidence", &hello).unwrap();
    assert_eq!(proven["nonce"], digest);
}

#[test]
fn it_refuses_to_start_without_flag_root_or_alone() {
    let world = World::bare();
    let folder = install(&world);
    let says = |mut command: Command| {
        let out = command.output().unwrap();
        assert!(!out.status.success() && out.stdout.is_empty());
        String::from_utf8_lossy(&out.stderr).into_owned()
    };
    let text = says(command(folder.path()));
    assert!(text.contains("no attestation device") && text.contains("--insecure-sim-tee"), "{text}");
    let mut half = command(folder.path());
    half.arg("--insecure-sim-tee");
    assert!(says(half).contains("--dev-root"));
    let running = Process::start(folder.path());
    let text = says(simulated(folder.path()));
    assert!(text.contains("another broker already uses the state"), "{text}");
    drop(running);
    let key = folder.path().join("state/state.key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(says(simulated(folder.path())).contains("its owner only"));
    fs::remove_file(&key).unwrap();
    assert!(says(simulated(folder.path())).contains("is missing"));
    fs::remove_file(folder.path().join("state/broker.redb")).unwrap();
    fs::write(folder.path().join("config.json"), b"{}").unwrap();
    assert!(says(simulated(folder.path())).contains("broker configuration"));
}
