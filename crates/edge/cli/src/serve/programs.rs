//! The three programs and their command lines.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use super::{
    binaries,
    child::{Child, Line, Ready},
    prepare::{LOG_ORIGIN, Prepared},
};
use crate::{args::Serve, outcome::Failure, terminal};

/// The first pause before a crashed program is started again.
const PAUSE: Duration = Duration::from_millis(200);
/// The longest.
const LONGEST: Duration = Duration::from_secs(10);
/// A program that served this long starts with the first pause again: it was killed, or failed at something rare. One
/// that cannot serve at all is started ever more slowly.
const STEADY: Duration = Duration::from_secs(1);

/// Broker, server and worker, running.
pub(super) struct Programs {
    broker: Restarted,
    server: Restarted,
    worker: Restarted,
    ready: Ready,
    simulated: bool,
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn simulation(prepared: &Prepared) -> Vec<String> {
    match &prepared.dev_root {
        Some(root) => words(&["--insecure-sim-tee", "--dev-root", &path(root)]),
        None => Vec::new(),
    }
}

/// What travels with evidence.
fn attestation(args: &Serve) -> Vec<String> {
    args.attestation.as_ref().map_or_else(Vec::new, |folder| words(&["--attestation", &path(folder)]))
}

fn broker_words(args: &Serve, prepared: &Prepared, listen: &str) -> Vec<String> {
    let mut line = words(&[
        "--listen",
        listen,
        "--state",
        &path(&prepared.broker_state),
        "--config",
        &path(&prepared.broker_config),
    ]);
    line.extend(simulation(prepared));
    line.extend(attestation(args));
    line
}

fn server_words(args: &Serve, listen: &str, prepared: &Prepared, broker: &str) -> Vec<String> {
    let mut line = words(&[
        "serve",
        "--data",
        &path(&args.data),
        "--listen",
        listen,
        "--broker",
        broker,
        "--worker-token-file",
        &path(&prepared.worker_token),
    ]);
    line.extend(words(&["--log-origin", LOG_ORIGIN]));
    if prepared.dev_root.is_some() {
        line.push("--simulated".into());
    }
    if let (Some(cert), Some(key)) = (&args.tls_cert, &args.tls_key) {
        line.extend(words(&["--tls-cert", &path(cert), "--tls-key", &path(key)]));
    }
    line.extend(args.exposure.words());
    line
}

fn worker_words(args: &Serve, prepared: &Prepared, server: &str, broker: &str) -> Vec<String> {
    let mut line =
        words(&["--server", server, "--broker", broker, "--token-file", &path(&prepared.worker_token)]);
    line.extend(simulation(prepared));
    line.extend(attestation(args));
    line
}

/// Host and port of a URL.
fn address(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, address)| address)
}

/// The server as a process on the same host reaches it: a wildcard address is none to dial.
fn local(url: &str) -> String {
    url.replace("://0.0.0.0:", "://127.0.0.1:").replace("://[::]:", "://[::1]:")
}

impl Programs {
    /// Starts broker, server and worker, in this order.
    pub(super) async fn start(args: &Serve, prepared: Prepared) -> Result<Self, Failure> {
        let program = |name: &'static str| binaries::sibling(name).map(|found| (name, found));
        let (broker, server, worker) =
            (program("cloister-broker")?, program("cloister-server")?, program("cloister-worker")?);
        let line = |words| Line { words, database: None };
        let server_line = |listen: &str, broker: &str| Line {
            words: server_words(args, listen, &prepared, broker),
            database: args.database.clone(),
        };
        let mut child =
            Child::start(broker.0, &broker.1, &line(broker_words(args, &prepared, "127.0.0.1:0")))?;
        let at = child.ready().await?.url;
        // Started again, the broker listens where server and worker know it.
        let again = line(broker_words(args, &prepared, address(&at)));
        let broker = Restarted::new(child, broker, again, true);
        let mut child = Child::start(server.0, &server.1, &server_line(&args.listen.to_string(), &at))?;
        let ready = child.ready().await?;
        // So does the server: its address is in people's profiles.
        let again = server_line(address(&ready.url), &at);
        let server = Restarted::new(child, server, again, true);
        let line = line(worker_words(args, &prepared, &local(&ready.url), &at));
        let mut first = Child::start(worker.0, &worker.1, &line)?;
        first.quiet();
        let worker = Restarted::new(first, worker, line, false);
        Ok(Self { broker, server, worker, ready, simulated: prepared.dev_root.is_some() })
    }

    /// Where the API is.
    pub(super) fn url(&self) -> &str {
        &self.ready.url
    }

    /// The one-time set-up link of an empty server.
    pub(super) fn setup(&self) -> Option<&str> {
        self.ready.setup.as_deref()
    }

    /// Whether the TEEs are simulated.
    pub(super) fn simulated(&self) -> bool {
        self.simulated
    }

    /// Keeps all three running; returns why it cannot go on.
    pub(super) async fn supervise(&mut self) -> Failure {
        tokio::select! {
            failure = self.server.keep() => failure,
            failure = self.broker.keep() => failure,
            failure = self.worker.keep() => failure,
        }
    }

    /// Ends them in the order in which none misses another: worker, server, broker.
    pub(super) async fn drain(&mut self) {
        self.worker.child.drain().await;
        self.server.child.drain().await;
        self.broker.child.drain().await;
    }
}

/// A program that is started again when it crashes.
struct Restarted {
    child: Child,
    program: (&'static str, std::path::PathBuf),
    line: Line,
    says_ready: bool,
}

impl Restarted {
    fn new(child: Child, program: (&'static str, std::path::PathBuf), line: Line, says_ready: bool) -> Self {
        Self { child, program, line, says_ready }
    }

    /// Starts it again, and again, each time after a longer pause. Never returns while it can be started.
    async fn keep(&mut self) -> Failure {
        let (mut pause, mut since) = (PAUSE, Instant::now());
        loop {
            let ended = self.child.ended().await;
            if since.elapsed() > STEADY {
                pause = PAUSE;
            }
            terminal::note(&format!("{ended}; starting it again in {} ms", pause.as_millis()));
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST);
            match Child::start(self.program.0, &self.program.1, &self.line) {
                Ok(child) => self.child = child,
                Err(failure) => return failure,
            }
            if !self.says_ready {
                self.child.quiet();
            } else if let Err(failure) = self.child.ready().await {
                terminal::note(&failure.to_string());
            }
            since = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_gets_its_own_words() {
        let mut prepared = Prepared {
            broker_state: "D/broker/state".into(),
            broker_config: "D/broker/configuration.json".into(),
            worker_token: "D/keys/worker.token".into(),
            dev_root: Some("D/keys/development-root.json".into()),
        };
        let mut args = Serve {
            data: "D".into(),
            listen: "127.0.0.1:0".parse().unwrap(),
            tls_cert: None,
            tls_key: None,
            insecure_sim_tee: true,
            database: None,
            attestation: None,
            exposure: crate::args::Exposure::default(),
        };
        args.exposure.metrics = "127.0.0.1:9".parse().ok();
        args.exposure.otlp_endpoint = Some("http://127.0.0.1:4318".into());
        assert_eq!(
            broker_words(&args, &prepared, "127.0.0.1:0").join(" "),
            "--listen 127.0.0.1:0 --state D/broker/state --config D/broker/configuration.json --insecure-sim-tee \
             --dev-root D/keys/development-root.json"
        );
        assert_eq!(
            server_words(&args, address("https://127.0.0.1:8400"), &prepared, "http://b").join(" "),
            "serve --data D --listen 127.0.0.1:8400 --broker http://b --worker-token-file D/keys/worker.token \
             --log-origin cloister.local/log --simulated --metrics 127.0.0.1:9 \
             --otlp-endpoint http://127.0.0.1:4318"
        );
        prepared.dev_root = None;
        assert_eq!(
            worker_words(&args, &prepared, "http://s", "http://b").join(" "),
            "--server http://s --broker http://b --token-file D/keys/worker.token"
        );
    }

    #[test]
    fn a_wildcard_address_is_dialled_on_the_loopback() {
        assert_eq!(local("http://0.0.0.0:8400"), "http://127.0.0.1:8400");
        assert_eq!(local("https://h:1"), "https://h:1");
    }
}
