//! `cloister-broker`: serves the key broker. Clock, randomness, arguments and files are read here.

use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser;
use cloister_broker::{Broker, BrokerError, Parts, StateKey, Tee, router};
use cloister_model::{Clock, Rng, Timestamp};

/// Releases data keys to attested workers as signed statements allow.
#[derive(Parser)]
#[command(name = "cloister-broker", version)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The folder of the state; made when absent.
    #[arg(long)]
    state: PathBuf,
    /// The configuration: its exact bytes are measured into the evidence.
    #[arg(long)]
    config: PathBuf,
    /// Run in a simulated TEE, which proves nothing; needs `--dev-root`.
    #[arg(long, requires = "dev_root")]
    insecure_sim_tee: bool,
    /// The development root of this installation; needs `--insecure-sim-tee`.
    #[arg(long, requires = "insecure_sim_tee")]
    dev_root: Option<PathBuf>,
    /// Folder with certificates (`*.der`, `*.pem`), revocation lists (`*.crl`) and collateral (`*.json`) that travel with
    /// evidence.
    #[arg(long, value_name = "FOLDER")]
    attestation: Option<PathBuf>,
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the composition root reads the clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

struct SystemRng;

impl Rng for SystemRng {
    #[expect(clippy::disallowed_methods, reason = "the composition root draws randomness")]
    fn fill(&self, out: &mut [u8]) {
        if getrandom::fill(out).is_err() {
            // Without randomness every key made from here on would be known.
            std::process::abort();
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).json().with_max_level(tracing::Level::INFO).init();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the broker stops");
            let _ = writeln!(std::io::stderr(), "cloister-broker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), BrokerError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(internal)?;
    let broker = Arc::new(open(arguments)?);
    runtime.block_on(serve(arguments.listen, broker))
}

async fn serve(listen: SocketAddr, broker: Arc<Broker>) -> Result<(), BrokerError> {
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(internal)?;
    let address = listener.local_addr().map_err(internal)?;
    let ready = serde_json::json!({ "event": "ready", "url": format!("http://{address}") });
    let mut out = std::io::stdout();
    writeln!(out, "{ready}").and_then(|()| out.flush()).map_err(internal)?;
    axum::serve(listener, router(broker)).with_graceful_shutdown(stopped()).await.map_err(internal)
}

async fn stopped() {
    let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn open(arguments: &Arguments) -> Result<Broker, BrokerError> {
    let configuration = read(&arguments.config)?;
    let tee = tee(arguments)?;
    make_folder(&arguments.state)?;
    let state_key = state_key(&arguments.state)?;
    Broker::open(Parts {
        folder: &arguments.state,
        state_key,
        configuration,
        tee,
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
    })
}

#[cfg(feature = "sim-tee")]
fn tee(arguments: &Arguments) -> Result<Box<dyn Tee>, BrokerError> {
    let (true, Some(root)) = (arguments.insecure_sim_tee, &arguments.dev_root) else {
        let found = cloister_broker::DeviceTee::find(arguments.attestation.as_deref());
        return match found {
            Ok(device) => Ok(Box::new(device)),
            Err(BrokerError::Unavailable(why)) => Err(BrokerError::Unavailable(format!(
                "{why}, or try it out with --insecure-sim-tee and --dev-root"
            ))),
            Err(other) => Err(other),
        };
    };
    let root = zeroize::Zeroizing::new(read(root)?);
    let root = cloister_attest::sim::DevelopmentRoot::from_bytes(&root).map_err(internal)?;
    let executable = std::env::current_exe().map_err(internal)?;
    tracing::warn!("the TEE is simulated: nothing is protected from whoever runs this machine");
    Ok(Box::new(cloister_broker::SimulatedTee::new(root, &read(&executable)?)))
}

#[cfg(not(feature = "sim-tee"))]
fn tee(arguments: &Arguments) -> Result<Box<dyn Tee>, BrokerError> {
    if arguments.insecure_sim_tee || arguments.dev_root.is_some() {
        return Err(BrokerError::Refused {
            check: "chain",
            reason: "this edition has no simulated TEE and accepts no development root".into(),
        });
    }
    Ok(Box::new(cloister_broker::DeviceTee::find(arguments.attestation.as_deref())?))
}

fn make_folder(folder: &Path) -> Result<(), BrokerError> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(internal)
}

/// The state key: a 0600 file, made with the state.
fn state_key(folder: &Path) -> Result<StateKey, BrokerError> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let path = folder.join("state.key");
    if path.exists() {
        let mode = fs::metadata(&path).map_err(internal)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(BrokerError::Unavailable(format!(
                "`{}` may be readable by its owner only",
                path.display()
            )));
        }
        let bytes = zeroize::Zeroizing::new(read(&path)?);
        let key = bytes
            .as_slice()
            .try_into()
            .map_err(|_| BrokerError::Internal("the state key has not 32 bytes".into()))?;
        return Ok(StateKey::new(key));
    }
    if folder.join("broker.redb").exists() {
        return Err(BrokerError::Unavailable(format!(
            "`{}` is missing: the state cannot be read",
            path.display()
        )));
    }
    let mut key = [0; 32];
    SystemRng.fill(&mut key);
    let part = folder.join("state.key.part");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)
        .map_err(internal)?;
    file.write_all(&key).and_then(|()| file.sync_all()).map_err(internal)?;
    fs::rename(&part, &path).map_err(internal)?;
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(internal)?;
    Ok(StateKey::new(key))
}

fn read(path: &Path) -> Result<Vec<u8>, BrokerError> {
    fs::read(path).map_err(|e| BrokerError::Malformed(format!("`{}` cannot be read: {e}", path.display())))
}

fn internal(error: impl std::fmt::Display) -> BrokerError {
    BrokerError::Internal(error.to_string())
}
