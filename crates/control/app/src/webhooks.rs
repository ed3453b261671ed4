//! Webhooks: an organisation has its own view of the log told to a server of its own, signed as Standard Webhooks says.
//!
//! Invariants: a delivery is stored in the transaction that notes how far the log was followed, so an entry is delivered
//! at least once and bears one id; ids and act names only, as they stand in the log. Limits: what waits for longer than
//! the last try is given up and the webhook paused; the audit log has everything.

mod deliver;
mod follow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_authz::{
    Granted, Resource,
    actions::{ListWebhooks, ManageWebhooks},
};
use cloister_model::Duration;
use cloister_store::{
    EntryDraft, StoreError,
    queue::NewJob,
    webhooks::{self, DeliveryRow, WebhookRow},
};
use serde_json::json;
use uuid::Uuid;

use crate::{App, AppError, people::sessions::Identity, work::Paging};
pub use deliver::{Courier, CourierError, KIND, Post};
pub use follow::Following;

/// Webhooks of one organisation, at most.
const MOST: usize = 20;
/// Acts named by one webhook, at most.
const MOST_ACTIONS: usize = 100;

/// A webhook as wanted.
#[derive(Clone, Debug)]
pub struct WebhookSpec {
    /// Where to.
    pub url: String,
    /// What for.
    pub description: String,
    /// Which acts, as names or `noun.*`; all when empty.
    pub actions: Vec<String>,
    /// Nothing is sent for now.
    pub paused: bool,
}

fn is_pattern(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let named = |(noun, verb): (&str, &str)| word(noun) && (verb == "*" || word(verb));
    text.len() <= 60 && text.split_once('.').map_or(word(text), named)
}

impl App {
    fn check_webhook(&self, spec: &WebhookSpec) -> Result<(), AppError> {
        self.courier.admits(&spec.url).map_err(AppError::Invalid)?;
        if spec.description.chars().count() > 200 {
            return Err(AppError::Invalid("a description has at most 200 characters".into()));
        }
        if spec.actions.len() > MOST_ACTIONS {
            return Err(AppError::Invalid(format!("at most {MOST_ACTIONS} acts are named")));
        }
        match spec.actions.iter().find(|text| !is_pattern(text)) {
            Some(bad) => {
                let bad: String = bad.chars().take(60).collect();
                Err(AppError::Invalid(format!(
                    "`{bad}` names no acts: `job.submit`, or `job.*` for all of a kind"
                )))
            }
            None => Ok(()),
        }
    }

    /// A fresh secret: as shown, and sealed.
    fn new_webhook_secret(&self, id: Uuid) -> Result<(String, String), AppError> {
        let key = self.random::<32>();
        let sealed = self.sealing.seal(&id.to_string(), self.random(), &key)?;
        Ok((format!("whsec_{}", STANDARD.encode(key)), sealed))
    }

    /// The caller's organisation's webhook of this id, with the permission to manage it.
    async fn own_webhook(
        &self,
        who: &Identity,
        id: Uuid,
    ) -> Result<(WebhookRow, Granted<ManageWebhooks>), AppError> {
        let all = Resource::organisation(who.user.org);
        let grant = self.permit(&who.actor, ManageWebhooks, &all, "webhook").await?;
        let row = webhooks::by_id(&self.store.read(), id).await?.filter(|row| row.org == who.user.org);
        Ok((row.ok_or(AppError::Absent("webhook"))?, grant))
    }

    /// The organisation's webhooks.
    pub async fn webhooks(&self, who: &Identity, paging: &Paging) -> Result<Vec<WebhookRow>, AppError> {
        let all = Resource::organisation(who.user.org);
        let _ = self.permit(&who.actor, ListWebhooks, &all, "webhook").await?;
        Ok(webhooks::of_org(&self.store.read(), who.user.org, &paging.after, paging.limit).await?)
    }

    /// Adds a webhook; its secret is shown once.
    pub async fn add_webhook(
        &self,
        who: &Identity,
        spec: WebhookSpec,
    ) -> Result<(WebhookRow, String), AppError> {
        let all = Resource::organisation(who.user.org);
        let grant = self.permit(&who.actor, ManageWebhooks, &all, "webhook").await?;
        self.check_webhook(&spec)?;
        let (id, now) = (self.new_id(), self.now());
        let (secret, sealed) = self.new_webhook_secret(id)?;
        let tx = self.store.write().await?;
        if webhooks::of_org(&tx, who.user.org, "", MOST as u64).await?.len() >= MOST {
            return Err(AppError::Conflict(format!("an organisation has at most {MOST} webhooks")));
        }
        let entry = EntryDraft::done(now, &who.actor, "webhook.add").target(id);
        let since = tx.audit(entry).await?;
        let row = WebhookRow {
            id,
            org: who.user.org,
            url: spec.url,
            description: spec.description,
            actions: spec.actions,
            paused: spec.paused,
            problem: None,
            since,
            secret: sealed,
            old_secret: None,
            created: now,
        };
        tx.add_webhook(&grant, &row).await?;
        if row.paused {
            tx.change_webhook(&grant, &row).await?;
        }
        tx.commit().await?;
        Ok((row, secret))
    }

    /// Changes a webhook. One that was paused takes what happens from now on.
    pub async fn change_webhook(
        &self,
        who: &Identity,
        id: Uuid,
        spec: WebhookSpec,
    ) -> Result<WebhookRow, AppError> {
        let (before, grant) = self.own_webhook(who, id).await?;
        self.check_webhook(&spec)?;
        let tx = self.store.write().await?;
        let entry = tx.audit(EntryDraft::done(self.now(), &who.actor, "webhook.change").target(id)).await?;
        let row = WebhookRow {
            since: if before.paused { entry } else { before.since },
            url: spec.url,
            description: spec.description,
            actions: spec.actions,
            paused: spec.paused,
            problem: None,
            ..before
        };
        tx.change_webhook(&grant, &row).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// A new secret, shown once; the one before signs too for some hours.
    pub async fn rotate_webhook(&self, who: &Identity, id: Uuid, hours: u32) -> Result<String, AppError> {
        let (_, grant) = self.own_webhook(who, id).await?;
        if hours > 168 {
            return Err(AppError::Invalid("the old secret signs for at most 168 hours more".into()));
        }
        let (secret, sealed) = self.new_webhook_secret(id)?;
        let until = self.now().plus(Duration::hours(i64::from(hours)));
        let tx = self.store.write().await?;
        tx.rotate_webhook(&grant, id, &sealed, until).await?;
        tx.audit(EntryDraft::done(self.now(), &who.actor, "webhook.rotate").target(id)).await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// Removes a webhook.
    pub async fn remove_webhook(&self, who: &Identity, id: Uuid) -> Result<(), AppError> {
        let (_, grant) = self.own_webhook(who, id).await?;
        let tx = self.store.write().await?;
        tx.remove_webhook(&grant, id).await?;
        tx.audit(EntryDraft::done(self.now(), &who.actor, "webhook.remove").target(id)).await?;
        Ok(tx.commit().await?)
    }

    /// Sends a trial.
    pub async fn try_webhook(&self, who: &Identity, id: Uuid) -> Result<DeliveryRow, AppError> {
        let (row, _) = self.own_webhook(who, id).await?;
        if row.paused {
            return Err(AppError::State("the webhook is paused".into()));
        }
        let body = json!({ "type": "webhook.test", "timestamp": self.now(), "data": { "webhook": id } });
        let new = self.delivery(id, None, "webhook.test", body.to_string());
        let tx = self.store.write().await?;
        self.enqueue_delivery(&tx, &new).await?;
        tx.audit(EntryDraft::done(self.now(), &who.actor, "webhook.test").target(id)).await?;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(new)
    }

    /// What was and is to be delivered to a webhook, newest first.
    pub async fn deliveries(
        &self,
        who: &Identity,
        id: Uuid,
        paging: &Paging,
    ) -> Result<Vec<DeliveryRow>, AppError> {
        let all = Resource::organisation(who.user.org);
        let _ = self.permit(&who.actor, ListWebhooks, &all, "webhook").await?;
        let db = self.store.read();
        let row = webhooks::by_id(&db, id).await?.filter(|row| row.org == who.user.org);
        let row = row.ok_or(AppError::Absent("webhook"))?;
        Ok(webhooks::deliveries_of(&db, row.id, &paging.after, paging.limit).await?)
    }

    fn delivery(&self, webhook: Uuid, entry: Option<i64>, action: &str, body: String) -> DeliveryRow {
        DeliveryRow {
            id: self.new_id(),
            webhook,
            entry,
            action: action.into(),
            body,
            state: "waiting".into(),
            attempts: 0,
            status: None,
            problem: None,
            created: self.now(),
            finished: None,
        }
    }

    /// Stores a delivery and the job that makes it.
    async fn enqueue_delivery(&self, tx: &cloister_store::Tx, new: &DeliveryRow) -> Result<(), StoreError> {
        if tx.add_delivery(new).await? {
            let (name, payload) = (format!("{KIND}/{}", new.id), json!({ "delivery": new.id }));
            tx.enqueue(&NewJob { name, kind: KIND, payload, run_at: new.created }).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_pattern;

    #[test]
    fn acts_are_named_as_the_log_names_them() {
        for (text, good) in [
            ("job.submit", true),
            ("job.*", true),
            ("sign-in.local", true),
            ("release", true),
            ("*", false),
            ("*.submit", false),
            ("Job.submit", false),
            ("job.", false),
            ("", false),
            ("job.submit.x", false),
        ] {
            assert_eq!(is_pattern(text), good, "{text}");
        }
    }
}
