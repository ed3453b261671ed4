//! What must lie in the data folder before the programs start.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use cloister_client::profile::{folder, write};
use cloister_model::Digest;
use cloister_statement::{
    SigningKey,
    binary::Base64,
    configuration::{BrokerConfiguration, TcbFloor},
};
use zeroize::Zeroizing;

use super::{binaries, manifest::ReferenceManifest, references::References};
use crate::{args::Serve, context::Context, outcome::Failure};

/// For how many days a member certificate is valid.
const CERTIFICATE_DAYS: u32 = 365;

/// Files that the programs are given.
#[derive(Debug)]
pub(super) struct Prepared {
    /// Folder of the broker's state.
    pub(super) broker_state: PathBuf,
    /// The broker's configuration.
    pub(super) broker_config: PathBuf,
    /// The worker's token.
    pub(super) worker_token: PathBuf,
    /// The development root, with `--insecure-sim-tee`.
    pub(super) dev_root: Option<PathBuf>,
}

/// The log's name in its checkpoints.
pub(super) const LOG_ORIGIN: &str = "cloister.local/log";

/// Public keys of the server, which the broker's configuration names.
#[derive(Debug)]
struct ServerKeys {
    log_key: Digest,
    vouching_key: Digest,
}

/// Makes folders, token, development root and broker configuration.
pub(super) fn prepare(context: &Context, args: &Serve) -> Result<Prepared, Failure> {
    let (keys, broker, server) = (args.data.join("keys"), args.data.join("broker"), args.data.join("server"));
    folder(&keys)?;
    folder(&broker)?;
    folder(&server)?;
    let worker_token = keys.join("worker.token");
    if !worker_token.exists() {
        let mut token = [0; 32];
        context.rng.fill(&mut token);
        write(&worker_token, hex::encode(token).as_bytes())?;
    }
    let root = if args.insecure_sim_tee { Some(development_root(context, &keys)?) } else { None };
    let reference = ReferenceManifest::read(&binaries::folder()?)?;
    let (dev_root, certificate) = root.unzip();
    let accepted = References::read(&args.data)?;
    let configuration = configuration(&server_keys(context, &server)?, (&reference, &accepted), certificate);
    let bytes = configuration.encode().map_err(|e| Failure::Failed(e.to_string()))?;
    let broker_config = broker.join("configuration.json");
    if std::fs::read(&broker_config).ok().as_deref() != Some(bytes.as_slice()) {
        if broker_config.exists() {
            context.note(
                "the broker's configuration changed: workspaces need a new charter version that names it",
            );
        }
        write(&broker_config, &bytes)?;
    }
    Ok(Prepared { broker_state: broker.join("state"), broker_config, worker_token, dev_root })
}

fn configuration(
    keys: &ServerKeys,
    (reference, accepted): (&ReferenceManifest, &References),
    development_root: Option<Vec<u8>>,
) -> BrokerConfiguration {
    let mut workers = BTreeSet::from([reference.measurement.clone()]);
    workers.extend(accepted.measurements());
    BrokerConfiguration {
        version: 1,
        workers: workers.into_iter().collect(),
        reference_key: reference.key,
        allow_simulated: development_root.is_some(),
        development_root: development_root.map(Base64),
        tcb_floor: TcbFloor::default(),
        vouching_key: keys.vouching_key,
        log_origin: LOG_ORIGIN.into(),
        log_key: keys.log_key,
        certificate_days: CERTIFICATE_DAYS,
    }
}

/// The server's public keys, from the files in which it keeps the seeds; made when there are none.
fn server_keys(context: &Context, keys: &Path) -> Result<ServerKeys, Failure> {
    let log = seed(context, &keys.join("log.key"))?;
    let vouching = seed(context, &keys.join("vouching.key"))?;
    Ok(ServerKeys {
        log_key: Digest(cloister_audit::checkpoint::public_key(&log)),
        vouching_key: SigningKey::from_seed(&vouching).public(),
    })
}

/// 32 secret bytes in a 0600 file, as hexadecimal digits.
fn seed(context: &Context, path: &Path) -> Result<Zeroizing<[u8; 32]>, Failure> {
    let bad = |reason: &dyn std::fmt::Display| Failure::Failed(format!("`{}`: {reason}", path.display()));
    let mut seed = Zeroizing::new([0; 32]);
    match std::fs::read_to_string(path).map(Zeroizing::new) {
        Ok(text) => hex::decode_to_slice(text.trim(), seed.as_mut()).map_err(|e| bad(&e))?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            context.rng.fill(seed.as_mut());
            write(path, Zeroizing::new(hex::encode(seed.as_ref())).as_bytes())?;
        }
        Err(e) => return Err(bad(&e)),
    }
    Ok(seed)
}

/// The development root's file and certificate; made once per installation.
#[cfg(feature = "sim-tee")]
fn development_root(context: &Context, keys: &Path) -> Result<(PathBuf, Vec<u8>), Failure> {
    use cloister_attest::sim::DevelopmentRoot;
    let path = keys.join("development-root.json");
    let failed = |e: cloister_attest::sim::SimError| Failure::Failed(format!("`{}`: {e}", path.display()));
    if !path.exists() {
        let root = DevelopmentRoot::generate(context.clock.now()).map_err(failed)?;
        write(&path, &root.to_bytes().map_err(failed)?)?;
    }
    let bytes = std::fs::read(&path).map_err(|e| Failure::Failed(format!("`{}`: {e}", path.display())))?;
    let bytes = Zeroizing::new(bytes);
    let root = DevelopmentRoot::from_bytes(&bytes).map_err(failed)?;
    Ok((path, root.certificate().to_vec()))
}

/// This edition simulates nothing.
#[cfg(not(feature = "sim-tee"))]
fn development_root(_context: &Context, _keys: &Path) -> Result<(PathBuf, Vec<u8>), Failure> {
    Err(Failure::Usage(
        "this edition has no simulated TEE: it runs in confidential virtual machines only".into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_names_worker_keys_and_root_and_is_the_same_every_time() {
        let keys = ServerKeys { log_key: Digest([1; 32]), vouching_key: Digest([2; 32]) };
        let reference = ReferenceManifest::sign("ab".repeat(48), &SigningKey::from_seed(&[3; 32]));
        let make = |root: Option<Vec<u8>>| {
            configuration(&keys, (&reference, &References::default()), root).encode().unwrap()
        };
        assert_eq!(make(Some(vec![9])), make(Some(vec![9])));
        let simulated = BrokerConfiguration::parse(&make(Some(vec![9]))).unwrap();
        assert!(simulated.allow_simulated && simulated.workers == ["ab".repeat(48)]);
        assert!(!BrokerConfiguration::parse(&make(None)).unwrap().allow_simulated);
        let mut more = References::default();
        more.add(&"01".repeat(48));
        let two = configuration(&keys, (&reference, &more), None).workers;
        assert_eq!(two, ["01".repeat(48), "ab".repeat(48)]);
    }
}
