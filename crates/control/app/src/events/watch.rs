//! One watcher of the feed: what it missed from the database, then what happens.

use std::{collections::VecDeque, sync::Arc};

use cloister_authz::{
    Resource,
    actions::{ListUsers, ReadEvents, ReadWorkspace, ReadWorkspaceContents},
    authorize,
};
use tokio::sync::broadcast::{self, error::RecvError};

use super::{Audiences, BATCH, Event, Topic};
use crate::{App, AppError, people::sessions::Identity};

/// How far back a watcher may begin; whoever is further behind reads everything again.
const FARTHEST: i64 = 10_000;

/// What a watcher is told.
#[derive(Clone, Debug)]
pub enum Seen {
    /// Something happened.
    Event(Arc<Event>),
    /// Too much happened since: read everything again, and go on from this number.
    Reset(i64),
    /// The watcher's own rights may have changed: authenticate again, then tell what happened, if it is to be told.
    Yourself(Option<Arc<Event>>),
}

/// A watcher.
pub struct Watcher {
    app: Arc<App>,
    who: Identity,
    live: broadcast::Receiver<Arc<Event>>,
    /// The number up to which everything was told or passed over.
    last: i64,
    missed: VecDeque<Arc<Event>>,
    behind: bool,
}

impl App {
    /// Begins to watch, after event number `after`, or with what happens from now on.
    pub async fn watch(self: &Arc<Self>, who: Identity, after: Option<i64>) -> Result<Watcher, AppError> {
        let _ = self.permit(&who.actor, ReadEvents, &Resource::deployment(), "events").await?;
        // Listening comes before reading, so that nothing falls between the two.
        let live = self.feed.0.subscribe();
        let head = self.store.read().last_entry().await?;
        let app = self.clone();
        Ok(Watcher {
            app,
            who,
            live,
            last: after.unwrap_or(head),
            missed: VecDeque::new(),
            behind: after.is_some(),
        })
    }
}

impl Watcher {
    /// The number to go on from.
    pub fn position(&self) -> i64 {
        self.last
    }

    /// Goes on as whoever the credential stands for now.
    pub fn become_who(&mut self, who: Identity) {
        self.who = who;
    }

    /// What it is told next; waits for it.
    pub async fn next(&mut self) -> Result<Seen, AppError> {
        loop {
            if let Some(event) = self.missed.pop_front() {
                return Ok(self.told(event));
            }
            if self.behind
                && let Some(seen) = self.catch_up().await?
            {
                return Ok(seen);
            }
            if self.behind {
                continue;
            }
            match self.live.recv().await {
                Ok(event) if event.id.is_some_and(|id| id <= self.last) => {}
                Ok(event) => {
                    self.last = event.id.unwrap_or(self.last);
                    if self.sees(&event) {
                        return Ok(self.told(event));
                    }
                    if self.ended_elsewhere(&event) {
                        return Ok(Seen::Yourself(None));
                    }
                }
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => {
                    return Err(AppError::Unavailable("the server is stopping".into()));
                }
            }
        }
    }

    fn told(&self, event: Arc<Event>) -> Seen {
        if self.about_itself(&event) { Seen::Yourself(Some(event)) } else { Seen::Event(event) }
    }

    /// Reads the next batch of what it missed. Says so when that is too much.
    async fn catch_up(&mut self) -> Result<Option<Seen>, AppError> {
        let head = self.app.store.read().last_entry().await?;
        // A number from the future is of another log, or of one that was restored.
        if self.last > head || head - self.last > FARTHEST {
            (self.last, self.behind) = (head, false);
            return Ok(Some(Seen::Reset(head)));
        }
        let batch = self.app.store.read().entries_after(self.last, BATCH).await?;
        // Nothing changes before everything is read: the caller may stop waiting at any point of it.
        let (mut known, mut missed) = (Audiences::new(), VecDeque::new());
        for stored in &batch {
            let event = self.app.perceive(stored, &mut known).await?;
            missed.extend(event.filter(|event| self.sees(event)).map(Arc::new));
        }
        self.behind = !batch.is_empty();
        self.last = batch.last().map_or(self.last, |stored| stored.id);
        self.missed = missed;
        Ok(None)
    }

    fn sees(&self, event: &Event) -> bool {
        let me = self.who.user.id;
        if event.actor == Some(me) || event.subject == Some(me) {
            return true;
        }
        let actor = &self.who.actor;
        let inside = || event.audience.as_ref().filter(|audience| audience.lists(me));
        match event.topic {
            Topic::Own => false,
            Topic::People => {
                let ours = event.org.as_ref().is_some_and(|org| *org == self.who.user.org.to_string());
                ours && authorize(actor, ListUsers, &Resource::organisation(self.who.user.org)).is_ok()
            }
            Topic::Invitation => {
                inside().is_some_and(|a| authorize(actor, ReadWorkspace, &a.resource(actor)).is_ok())
            }
            Topic::Contents => {
                inside().is_some_and(|a| authorize(actor, ReadWorkspaceContents, &a.resource(actor)).is_ok())
            }
        }
    }

    /// Whether a provider ended sessions of the organisation; which ones, the database knows.
    fn ended_elsewhere(&self, event: &Event) -> bool {
        event.action == "session.end-by-provider"
            && event.org.as_ref().is_some_and(|org| *org == self.who.user.org.to_string())
    }

    /// Whether an event may have changed what the watcher may do: its account, its sessions and tokens.
    fn about_itself(&self, event: &Event) -> bool {
        let me = self.who.user.id;
        let mine = event.actor == Some(me) || event.subject == Some(me);
        mine && matches!(event.topic, Topic::People | Topic::Own)
    }
}
