//! Workspaces, datasets, jobs and runs.
//!
//! Every deciding act arrives as a statement signed on the caller's device. A use case finds the thing and the caller's
//! relations to it, asks `authz`, has the statement judged by the same functions as the broker's (`cloister_verify`),
//! writes rows, statement and log entry in one transaction, and answers. Refusals are logged too.

mod acknowledged;
pub mod bundle;
pub mod datasets;
pub mod grounds;
pub mod jobs;
mod news;
pub mod room;
pub mod runs;
pub mod uploads;
pub mod worker;
pub mod workspaces;

use cloister_authz::{Action, Actor, Granted};
use cloister_model::{Digest, UserId};
use cloister_statement::{Envelope, Signer};
use cloister_store::{Tx, people::certificates};
use cloister_verify::acts;

use crate::{
    App, AppError,
    restrict::{Restriction, Standing, entry_of, row_of},
};
use grounds::Grounds;

/// Name of the code that moves states when the broker has acknowledged a statement of these aggregates.
pub(crate) const ON_ACK: &str = "work";

/// A page's request: after which id, how many.
#[derive(Clone, Debug)]
pub struct Paging {
    /// The last id of the page before; empty for the first.
    pub after: String,
    /// At most so many.
    pub limit: u64,
}

impl Paging {
    /// For lists with the newest first, which go by numbers that grow: before which.
    pub(crate) fn before(&self) -> Result<i64, AppError> {
        match self.after.as_str() {
            "" => Ok(i64::MAX),
            number => number.parse().map_err(AppError::internal),
        }
    }
}

impl App {
    /// The statement's signer must be the caller: the certificate is the caller's own.
    pub(crate) async fn signed_by_caller(
        &self,
        actor: &Actor,
        envelope: &Envelope,
    ) -> Result<Digest, AppError> {
        let header = envelope.header().map_err(|e| AppError::Invalid(e.to_string()))?;
        let refuse = || AppError::Refused {
            check: "signature".into(),
            reason: "the statement is not signed with a certificate of the caller".into(),
        };
        let Signer::Certificate(certificate) = header.signer else { return Err(refuse()) };
        let row = certificates::by_digest(&self.store.read(), certificate).await?.ok_or_else(refuse)?;
        if actor.user() == Some(row.owner) { Ok(certificate) } else { Err(refuse()) }
    }

    /// Whether the signer may make the statement, by the named checks.
    pub(crate) fn admit(&self, envelope: &Envelope, grounds: &Grounds) -> Result<(), AppError> {
        Ok(acts::admit(envelope, &grounds.dossier, &cloister_verify::Marks::default(), self.now())?)
    }

    /// Stores a statement that needs no acknowledgement, with its entry. False when it was stored before.
    pub(crate) async fn keep(
        &self,
        tx: &Tx,
        envelope: &Envelope,
        actor: &Actor,
        (action, target): (&str, &str),
    ) -> Result<bool, AppError> {
        let now = self.now();
        let fresh = tx.store_statement(&row_of(envelope, now)?, None).await?;
        if fresh {
            tx.audit(entry_of(envelope, now, actor, action).target(target)).await?;
        }
        Ok(fresh)
    }

    /// A restricting statement from its checks to the broker's word.
    pub(crate) async fn restricting<A: Action>(
        &self,
        granted: &Granted<A>,
        envelope: &Envelope,
        grounds: &Grounds,
        named: &[Digest],
    ) -> Result<Standing, AppError> {
        let restriction = self.restriction(granted, envelope, grounds, named).await?;
        let tx = self.store.write().await?;
        self.restrict(&tx, restriction).await?;
        tx.commit().await?;
        self.standing(envelope.digest()).await
    }

    /// A restricting statement by the caller that its checks let pass, ready for transaction one.
    pub(crate) async fn restriction<'a, A: Action>(
        &self,
        granted: &Granted<A>,
        envelope: &'a Envelope,
        grounds: &Grounds,
        named: &[Digest],
    ) -> Result<Restriction<'a>, AppError> {
        let actor = granted.actor();
        self.signed_by_caller(actor, envelope).await?;
        self.admit(envelope, grounds)?;
        let entry = entry_of(envelope, self.now(), actor, A::NAME).target(granted.id());
        Ok(Restriction { statement: envelope, supporting: grounds.supporting(named), on_ack: ON_ACK, entry })
    }
}

/// The caller's user id, or a refusal.
pub(crate) fn user(actor: &Actor) -> Result<UserId, AppError> {
    actor.user().ok_or(AppError::Unauthenticated("sign in first"))
}

/// A refusal by a named check.
pub(crate) fn refused(check: cloister_verify::Check, reason: impl Into<String>) -> AppError {
    AppError::Refused { check: check.as_str().into(), reason: reason.into() }
}
