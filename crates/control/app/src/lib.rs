//! Use cases: authorise, load, transition, one transaction, return.
//!
//! Free of HTTP and SQL. Invariants: every act asks `authz` first, writes its audit entry in the transaction that
//! writes its rows, and says nothing is done before that commits; a restricting statement is done only with the
//! broker's acknowledgement. Limits: the crate speaks to the broker through [`BrokerPipe`] only and trusts the server
//! to have authenticated the [`Actor`](cloister_authz::Actor).

mod anchor;
mod background;
mod error;
pub mod events;
pub mod idempotency;
pub mod log;
pub mod notices;
pub mod people;
mod permit;
mod pipe;
pub mod restrict;
pub mod sealed;
pub mod webhooks;
pub mod work;

use std::sync::Arc;

use cloister_model::{Clock, Rng, Timestamp};
pub use cloister_statement::SigningKey;
use cloister_store::{Store, objects::Objects};

pub use anchor::Anchoring;
pub use background::Background;
pub use error::AppError;
pub use people::passwords::PasswordCost;
pub use pipe::{BrokerPipe, PipeError};

/// What every use case works with.
pub struct App {
    /// Rows.
    pub store: Store,
    /// Ciphertext and sealed outputs.
    pub objects: Objects,
    /// The broker.
    pub broker: Arc<dyn BrokerPipe>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    /// The audit log.
    pub log: Arc<log::Log>,
    /// Vouches for local accounts.
    pub vouching: SigningKey,
    /// Seals small secrets at rest.
    pub sealing: sealed::SealingKey,
    /// What hashing a password costs.
    pub passwords: PasswordCost,
    /// What passkeys are bound to, where the public URL allows them.
    pub relying_party: Option<people::passkeys::RelyingParty>,
    /// What was verified of workspaces.
    pub judged: work::room::Rooms,
    /// Sends mail, where a mail server is set.
    pub mailer: Option<Arc<dyn notices::mail::Mailer>>,
    /// Carries webhooks.
    pub courier: Arc<dyn webhooks::Courier>,
    /// Says that there may be mail or webhooks to send.
    pub outgoing: tokio::sync::Notify,
    /// Where those who watch are told what happens.
    pub feed: events::Feed,
    /// Says that there may be a background job to run.
    pub work: tokio::sync::Notify,
}

impl App {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh time-ordered id.
    pub fn new_id(&self) -> uuid::Uuid {
        cloister_model::ambient::uuid_v7(self.clock.as_ref(), self.rng.as_ref())
    }

    /// Fresh random bytes.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.rng.fill(&mut out);
        out
    }
}
