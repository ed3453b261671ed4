//! Binary `cloister-worker`: the composition root of the worker.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Parser;
use cloister_client::worker::{BrokerApi, WorkerApi};
use cloister_model::{Clock, Rng, Timestamp};
use cloister_worker::{Ambient, Attester, Worker, serve};

/// Runs approved jobs, attested, for a Cloister server.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The server, `http://host:port`.
    #[arg(long)]
    server: String,
    /// The key broker, `http://host:port`.
    #[arg(long)]
    broker: String,
    /// File with this worker's token.
    #[arg(long)]
    token_file: PathBuf,
    /// Simulated evidence: proves nothing about hardware (laptop edition only).
    #[arg(long, requires = "dev_root")]
    insecure_sim_tee: bool,
    /// The installation's development root, for simulated evidence.
    #[arg(long)]
    dev_root: Option<PathBuf>,
    /// Folder with certificates (`*.der`, `*.pem`), revocation lists (`*.crl`) and collateral (`*.json`) that travel with
    /// evidence; read at each run.
    #[arg(long, value_name = "FOLDER")]
    attestation: Option<PathBuf>,
    /// Memory for one query, MiB.
    #[arg(long, default_value_t = 2048)]
    memory_mib: usize,
}

/// The host's clock.
struct HostClock;

impl Clock for HostClock {
    #[expect(clippy::disallowed_methods, reason = "this is the composition root's clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The operating system's randomness.
struct OsRng;

impl Rng for OsRng {
    #[expect(clippy::disallowed_methods, reason = "this is the composition root's randomness")]
    fn fill(&self, out: &mut [u8]) {
        if getrandom::fill(out).is_err() {
            // Without randomness no key may be made; nothing sensible can follow.
            std::process::abort();
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false).init();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the worker cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let token = std::fs::read_to_string(&arguments.token_file)
        .map_err(|e| format!("the token file {} cannot be read: {e}", arguments.token_file.display()))?;
    let attester = match (&arguments.dev_root, arguments.insecure_sim_tee) {
        (Some(root), true) => Attester::simulated(root)?,
        _ => Attester::of_this_machine(arguments.attestation.as_deref())?,
    };
    if attester.is_simulated() {
        tracing::warn!("SIMULATED TEE: this worker's evidence proves nothing about hardware");
    }
    let worker = Worker {
        server: Arc::new(WorkerApi::new(&arguments.server, token.trim())?),
        broker: Arc::new(BrokerApi::new(&arguments.broker)?),
        attester,
        ambient: Ambient { clock: Box::new(HostClock), rng: Arc::new(OsRng) },
        memory: arguments.memory_mib << 20,
    };
    let (sender, stop) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        wait_for_signal().await;
        let _ = sender.send(true);
    });
    serve(&worker, stop).await;
    Ok(())
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {},
        _ = int.recv() => {},
    }
}
