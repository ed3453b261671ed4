//! What happens, told at once to those who may know of it.
//!
//! An event is an entry of the log seen by somebody: ids and the name of the act, nothing else; whoever wants more asks
//! the API, which decides again. Invariants: events come in the log's order, each once a watcher; who sees one is asked
//! of `authz`, with the rows as they are when it is told. Limit: a watcher that is too far behind is told to read
//! everything again.

mod audience;
mod topic;
mod watch;

use std::{collections::HashMap, sync::Arc};

use cloister_audit::{Entry, Outcome};
use cloister_model::{Digest, Timestamp, UserId};
use cloister_store::{log::StoredEntry, statements};
use tokio::sync::{broadcast, watch::Receiver};

use crate::{App, AppError};
pub use audience::Audience;
pub use topic::Topic;
pub use watch::{Seen, Watcher};

/// How many events a slow watcher may lag behind before they are read from the database again.
const KEPT: usize = 1024;
/// Entries read at once.
pub(crate) const BATCH: i64 = 500;

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its number in the log's outbox, from 1; none for what is not logged, such as the progress of a run.
    pub id: Option<i64>,
    /// When.
    pub at: Timestamp,
    /// The act's name in the log.
    pub action: String,
    /// Who, if it was a user.
    pub actor: Option<UserId>,
    /// In which workspace.
    pub workspace: Option<Digest>,
    /// To what.
    pub target: Option<String>,
    /// Which kind of act it is.
    pub topic: Topic,
    /// The organisation of who acted, or acted upon.
    pub(crate) org: Option<String>,
    /// The user whom it happened to.
    pub(crate) subject: Option<UserId>,
    /// Who is in the workspace.
    pub(crate) audience: Option<Arc<Audience>>,
}

/// Those who are in workspaces, read once for all events of a batch.
pub(crate) type Audiences = HashMap<Digest, Option<Arc<Audience>>>;

/// Where watchers listen.
pub struct Feed(broadcast::Sender<Arc<Event>>);

impl Default for Feed {
    fn default() -> Self {
        Self(broadcast::channel(KEPT).0)
    }
}

impl App {
    /// The event that an entry is; none for what changes nothing.
    pub(crate) async fn perceive(
        &self,
        stored: &StoredEntry,
        known: &mut Audiences,
    ) -> Result<Option<Event>, AppError> {
        let entry = Entry::decode(&stored.encoded).map_err(AppError::internal)?;
        let ended = matches!(entry.action.as_str(), "run.finish" | "run.end");
        let happened = entry.outcome == Outcome::Done || ended;
        let Some(topic) = Topic::of(&entry).filter(|_| happened) else { return Ok(None) };
        let workspace: Option<Digest> = entry.workspace.as_deref().and_then(|id| id.parse().ok());
        let audience = match workspace {
            Some(id) => self.audience(id, known).await?,
            None => None,
        };
        Ok(Some(Event {
            id: Some(stored.id),
            at: Timestamp::from_micros(entry.at),
            actor: entry.actor.parse().ok(),
            subject: self.subject(&entry).await?,
            action: entry.action,
            workspace,
            target: entry.target,
            topic,
            org: entry.organisation,
            audience,
        }))
    }

    async fn audience(
        &self,
        workspace: Digest,
        known: &mut Audiences,
    ) -> Result<Option<Arc<Audience>>, AppError> {
        if let Some(found) = known.get(&workspace) {
            return Ok(found.clone());
        }
        let found = Audience::of(&self.store.read(), workspace).await?.map(Arc::new);
        known.insert(workspace, found.clone());
        Ok(found)
    }

    /// Whom an act outside all workspaces happened to: the user it names, or the signer of what was acknowledged.
    async fn subject(&self, entry: &Entry) -> Result<Option<UserId>, AppError> {
        let Some(target) = &entry.target else { return Ok(None) };
        if let Ok(user) = target.parse() {
            return Ok(Some(user));
        }
        match target.parse::<Digest>() {
            Ok(statement) if entry.action == "statement.acknowledged" && entry.workspace.is_none() => {
                Ok(statements::signer_of(&self.store.read(), statement).await?)
            }
            Ok(_) | Err(_) => Ok(None),
        }
    }

    /// Tells watchers what is not logged: a run made progress.
    pub(crate) async fn tell_progress(&self, workspace: Digest, run: String) -> Result<(), AppError> {
        if self.feed.0.receiver_count() == 0 {
            return Ok(());
        }
        let audience = self.audience(workspace, &mut Audiences::new()).await?;
        let _ = self.feed.0.send(Arc::new(Event {
            id: None,
            at: self.now(),
            action: "run.progress".into(),
            actor: None,
            workspace: Some(workspace),
            target: Some(run),
            topic: Topic::Contents,
            org: None,
            subject: None,
            audience,
        }));
        Ok(())
    }
}

/// Follows the log and tells the watchers.
pub struct Telling(pub Arc<App>);

impl Telling {
    /// Until `stop` says so.
    pub async fn run(self, mut stop: Receiver<bool>) {
        let mut size = self.0.log.sizes();
        let mut told = *size.borrow_and_update();
        while !*stop.borrow() {
            let now = *size.borrow_and_update();
            if self.0.feed.0.receiver_count() == 0 {
                // Nobody listens: whoever comes now reads the log's size, or what it missed, from the database.
                told = now;
            } else if let Err(error) = self.tell(&mut told, now).await {
                tracing::warn!(%error, "events wait");
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                continue;
            }
            tokio::select! {
                changed = size.changed() => if changed.is_err() { return },
                _ = stop.changed() => {}
            }
        }
    }

    async fn tell(&self, told: &mut i64, until: i64) -> Result<(), AppError> {
        while *told < until {
            let mut known = Audiences::new();
            let batch = self.0.store.read().entries_after(*told, BATCH.min(until - *told)).await?;
            if batch.is_empty() {
                return Ok(());
            }
            for stored in batch {
                if let Some(event) = self.0.perceive(&stored, &mut known).await? {
                    let _ = self.0.feed.0.send(Arc::new(event));
                }
                *told = stored.id;
            }
        }
        Ok(())
    }
}
