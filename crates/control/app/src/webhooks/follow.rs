//! Follows the log for webhooks: what is to be delivered, and how far that goes, in one transaction.

use std::{collections::HashMap, sync::Arc};

use cloister_audit::{Entry, Outcome};
use cloister_model::{Digest, Duration, OrgId, Timestamp};
use cloister_store::{
    Reader,
    log::StoredEntry,
    webhooks::{self, WebhookRow},
    workspaces,
};
use serde_json::json;
use tokio::sync::watch::Receiver;

use crate::{App, AppError, events::BATCH};

/// The follower's name.
const NAME: &str = "webhooks";
/// How long what was delivered is shown.
const KEPT: Duration = Duration::days(30);
/// How long to wait after a failure.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

/// Follows the log.
pub struct Following(pub Arc<App>);

/// Which organisations have somebody in which workspace, asked once a batch.
#[derive(Default)]
struct Inside(HashMap<(Digest, OrgId), bool>);

impl Inside {
    async fn has(&mut self, db: &Reader, workspace: Digest, org: OrgId) -> Result<bool, AppError> {
        if let Some(known) = self.0.get(&(workspace, org)) {
            return Ok(*known);
        }
        let row = workspaces::by_id(db, workspace).await?;
        let has = match row {
            Some(row) => workspaces::has_member_of(db, &row, org).await?,
            None => false,
        };
        self.0.insert((workspace, org), has);
        Ok(has)
    }
}

fn wanted(webhook: &WebhookRow, action: &str) -> bool {
    let noun = action.split_once('.').map_or(action, |(noun, _)| noun);
    let fits = |pattern: &String| pattern == action || pattern.strip_suffix(".*") == Some(noun);
    webhook.actions.is_empty() || webhook.actions.iter().any(fits)
}

fn body(entry: &Entry) -> String {
    let outcome = match entry.outcome {
        Outcome::Done => "done",
        Outcome::Refused => "refused",
    };
    let mut data = json!({
        "index": entry.index, "actor": entry.actor, "action": entry.action, "outcome": outcome,
        "organisation": entry.organisation, "workspace": entry.workspace, "target": entry.target,
        "check": entry.check, "statement": entry.statement,
    });
    if let Some(fields) = data.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    json!({ "type": entry.action, "timestamp": Timestamp::from_micros(entry.at), "data": data }).to_string()
}

impl Following {
    /// Until `stop` says so.
    pub async fn run(self, mut stop: Receiver<bool>) {
        let mut size = self.0.log.sizes();
        let mut at = None;
        while !*stop.borrow() {
            let now = *size.borrow_and_update();
            match self.0.follow(at, now).await {
                Ok(reached) => at = Some(reached),
                Err(error) => {
                    tracing::warn!(%error, "webhooks wait");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            }
            tokio::select! {
                changed = size.changed() => if changed.is_err() { return },
                _ = stop.changed() => {}
            }
        }
    }
}

impl App {
    /// Follows the log up to `until`; says how far it came.
    async fn follow(&self, at: Option<i64>, until: i64) -> Result<i64, AppError> {
        let db = self.store.read();
        let mut at = match at {
            Some(at) => at,
            None => webhooks::position(&db, NAME).await?.unwrap_or(0),
        };
        while at < until {
            let all = webhooks::active(&db).await?;
            // What is older than the oldest webhook is nobody's; without webhooks, everything.
            at = at.max(all.iter().map(|webhook| webhook.since).min().unwrap_or(until));
            let batch = db.entries_after(at, BATCH.min(until - at).max(0)).await?;
            let Some(last) = batch.last().map(|stored| stored.id) else { return Ok(at.max(until)) };
            // Read again: whoever was added before these entries were written is on this list.
            let all = webhooks::active(&db).await?;
            self.hand_on(&db, &all, &batch, last).await?;
            at = last;
        }
        Ok(at)
    }

    async fn hand_on(
        &self,
        db: &Reader,
        all: &[WebhookRow],
        batch: &[StoredEntry],
        last: i64,
    ) -> Result<(), AppError> {
        let (mut inside, mut new) = (Inside::default(), Vec::new());
        for stored in batch {
            let entry = Entry::decode(&stored.encoded).map_err(AppError::internal)?;
            for webhook in all.iter().filter(|w| w.since < stored.id && wanted(w, &entry.action)) {
                if self.concerns(db, &entry, webhook.org, &mut inside).await? {
                    new.push(self.delivery(webhook.id, Some(stored.id), &entry.action, body(&entry)));
                }
            }
        }
        if new.is_empty() {
            // Followed again after a restart, these entries are nobody's again.
            return Ok(());
        }
        let tx = self.store.write().await?;
        for delivery in &new {
            self.enqueue_delivery(&tx, delivery).await?;
        }
        let forget = Timestamp::from_micros(self.now().micros() - KEPT.micros());
        tx.set_position(NAME, last, forget).await?;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(())
    }

    /// Whether an entry is in an organisation's view: its own people's acts, and what workers, broker and server did in
    /// workspaces where it has somebody.
    async fn concerns(
        &self,
        db: &Reader,
        entry: &Entry,
        org: OrgId,
        inside: &mut Inside,
    ) -> Result<bool, AppError> {
        match (&entry.organisation, &entry.workspace) {
            (Some(whose), _) => Ok(*whose == org.to_string()),
            (None, Some(workspace)) => match workspace.parse() {
                Ok(workspace) => inside.has(db, workspace, org).await,
                Err(_) => Ok(false),
            },
            (None, None) => Ok(false),
        }
    }
}
