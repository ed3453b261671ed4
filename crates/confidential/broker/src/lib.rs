//! The key broker: challenge, evidence, appraisal, checks, wrapped key.
//!
//! It releases data keys only as signed statements allow, to attested workers, once per run. It dials nobody: workers
//! call it, and the server carries statements and log proofs to it.
//!
//! Invariants: a session is durably consumed before its first check; marks that a check read and the reservation that
//! rests on it are one exclusive durable transaction; nothing signed leaves before it is durable; no check is optional.
//! A crash after a reservation costs a run, never gives one.
//!
//! Limits: time is the host's clock, never going back; a host that puts back an older state and withholds the log's
//! newest record is not found out; handover to a successor is not built.
#![forbid(unsafe_code)]

mod anchor;
mod certificates;
mod error;
mod http;
mod identity;
mod keys;
mod people;
mod release;
mod sessions;
mod state;
mod statements;
mod tee;

use std::{path::Path, sync::Arc};

use cloister_model::{Clock, Digest, Rng};
use cloister_statement::{
    SigningKey, configuration::BrokerConfiguration, predicate::BrokerIdentity, seal::SealingKey,
};

pub use error::{BrokerError, Result};
pub use http::router;
pub use state::StateKey;
#[cfg(feature = "sim-tee")]
pub use tee::SimulatedTee;
pub use tee::{DeviceTee, Tee};

/// A broker with its state open.
pub struct Broker {
    state: state::State,
    configuration: BrokerConfiguration,
    configuration_bytes: Vec<u8>,
    signing: SigningKey,
    sealing: SealingKey,
    identity: BrokerIdentity,
    tee: Box<dyn Tee>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    sessions: sessions::Sessions,
    anchored: std::sync::atomic::AtomicBool,
}

/// What a broker is made of.
pub struct Parts<'a> {
    /// The folder of its state.
    pub folder: &'a Path,
    /// The key of its state.
    pub state_key: StateKey,
    /// The exact bytes of its configuration.
    pub configuration: Vec<u8>,
    /// The TEE it runs in.
    pub tee: Box<dyn Tee>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
}

impl Broker {
    /// Opens the state and makes the broker's keys when there are none. It serves once it is anchored.
    pub fn open(parts: Parts<'_>) -> Result<Self> {
        let Parts { folder, state_key, configuration: bytes, tee, clock, rng } = parts;
        let configuration = BrokerConfiguration::parse(&bytes).map_err(BrokerError::malformed)?;
        if configuration.allow_simulated && !cfg!(feature = "sim-tee") {
            return Err(BrokerError::refused("chain", "this build accepts no development root"));
        }
        let state = state::State::open(folder, &state_key, Arc::clone(&clock), Arc::clone(&rng))?;
        let (signing, sealing) = identity::keys(&state, rng.as_ref())?;
        let identity = BrokerIdentity {
            signing_key: signing.public(),
            sealing_key: sealing.public().map_err(BrokerError::internal)?,
            measurement: tee.measurement().to_owned(),
            configuration: BrokerConfiguration::digest_of(&bytes),
        };
        Ok(Self {
            state,
            configuration,
            configuration_bytes: bytes,
            signing,
            sealing,
            identity,
            tee,
            clock,
            rng,
            sessions: sessions::Sessions::default(),
            anchored: std::sync::atomic::AtomicBool::new(false),
        })
    }

    /// The keys, measurement and configuration that charters name.
    pub fn identity(&self) -> &BrokerIdentity {
        &self.identity
    }

    fn random(&self) -> Digest {
        let mut out = [0; 32];
        self.rng.fill(&mut out);
        Digest(out)
    }
}
