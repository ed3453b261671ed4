//! Asking for permission, and the log of what was refused.

use cloister_authz::{Action, Actor, Granted, Reason, Resource, authorize};
use cloister_store::EntryDraft;

use cloister_model::Timestamp;

use crate::{App, AppError};

impl App {
    /// Asks `authz`; a refusal of somebody known is logged.
    pub(crate) async fn permit<A: Action>(
        &self,
        actor: &Actor,
        action: A,
        resource: &Resource,
        thing: &'static str,
    ) -> Result<Granted<A>, AppError> {
        match authorize(actor, action, resource) {
            Ok(granted) => Ok(granted),
            Err(denied) => {
                if actor.org().is_some() {
                    let draft =
                        EntryDraft::refused(self.now(), actor, A::NAME, "permission").target(&resource.id);
                    self.log_refusal(draft).await?;
                }
                if denied.known || matches!(denied.reason, Reason::Unauthenticated) {
                    Err(denied.into())
                } else {
                    Err(AppError::Absent(thing))
                }
            }
        }
    }

    async fn log_refusal(&self, draft: EntryDraft) -> Result<(), AppError> {
        let tx = self.store.write().await?;
        tx.audit(draft).await?;
        Ok(tx.commit().await?)
    }

    /// Passes a result on; a refusal by a check is logged in a transaction of its own.
    pub(crate) async fn noting<T>(
        &self,
        actor: &Actor,
        action: &str,
        target: impl std::fmt::Display,
        result: Result<T, AppError>,
    ) -> Result<T, AppError> {
        if let Err(AppError::Refused { check, .. }) = &result {
            self.log_refusal(EntryDraft::refused(self.now(), actor, action, check).target(target)).await?;
        }
        result
    }
}

impl App {
    /// So many refusals of callers whom nobody knows, in the minute that begins at `from`, from one source.
    pub async fn note_refusals(&self, from: i64, source: &str, count: u64) -> Result<(), AppError> {
        let draft = EntryDraft::refused(self.now(), &Actor::Anonymous, "anonymous", "authentication")
            .fact("minute", Timestamp::from_micros(from))
            .fact("source", source)
            .fact("count", count);
        self.log_refusal(draft).await
    }
}
