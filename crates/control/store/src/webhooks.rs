//! Webhooks of organisations, and what is delivered to them.

use cloister_authz::{Granted, actions::ManageWebhooks};
use cloister_model::{OrgId, Timestamp};
use uuid::Uuid;

use crate::{Query, Row, StoreError, Tx, people::parsed};

/// A webhook.
#[derive(Clone, Debug)]
pub struct WebhookRow {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub org: OrgId,
    /// Where to.
    pub url: String,
    /// What for.
    pub description: String,
    /// Which acts, as names or `noun.*`; all when empty.
    pub actions: Vec<String>,
    /// Whether nothing is sent for now.
    pub paused: bool,
    /// Why it was paused, unless somebody did.
    pub problem: Option<String>,
    /// Entries after this number are its.
    pub since: i64,
    /// The secret, sealed.
    pub secret: String,
    /// The secret before, sealed, and until when it signs too.
    pub old_secret: Option<(String, Timestamp)>,
    /// When it was made.
    pub created: Timestamp,
}

/// Something to deliver.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// The same at every try.
    pub id: Uuid,
    /// To which webhook.
    pub webhook: Uuid,
    /// The entry's number; none for a trial.
    pub entry: Option<i64>,
    /// The act.
    pub action: String,
    /// The exact body.
    pub body: String,
    /// `waiting`, `delivered` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// The last answer.
    pub status: Option<i64>,
    /// Why the last try failed.
    pub problem: Option<String>,
    /// Since when.
    pub created: Timestamp,
    /// When it was delivered or given up.
    pub finished: Option<Timestamp>,
}

const WEBHOOK: &str =
    "SELECT id, org, url, description, actions, state, problem, since, secret, old_secret, old_until,
    created FROM webhooks";
const DELIVERY: &str =
    "SELECT id, webhook, entry, action, body, state, attempts, status, problem, created, finished
    FROM deliveries";

fn webhook(row: &Row) -> Result<WebhookRow, StoreError> {
    let (actions, state): (String, String) = (row.try_get("", "actions")?, row.try_get("", "state")?);
    let (old, until): (Option<String>, Option<i64>) =
        (row.try_get("", "old_secret")?, row.try_get("", "old_until")?);
    Ok(WebhookRow {
        id: parsed(row, "id")?,
        org: parsed(row, "org")?,
        url: row.try_get("", "url")?,
        description: row.try_get("", "description")?,
        actions: serde_json::from_str(&actions).map_err(StoreError::corrupt)?,
        paused: state != "active",
        problem: row.try_get("", "problem")?,
        since: row.try_get("", "since")?,
        secret: row.try_get("", "secret")?,
        old_secret: old.zip(until.map(Timestamp::from_micros)),
        created: Timestamp::from_micros(row.try_get("", "created")?),
    })
}

fn delivery(row: &Row) -> Result<DeliveryRow, StoreError> {
    let finished: Option<i64> = row.try_get("", "finished")?;
    Ok(DeliveryRow {
        id: parsed(row, "id")?,
        webhook: parsed(row, "webhook")?,
        entry: row.try_get("", "entry")?,
        action: row.try_get("", "action")?,
        body: row.try_get("", "body")?,
        state: row.try_get("", "state")?,
        attempts: row.try_get("", "attempts")?,
        status: row.try_get("", "status")?,
        problem: row.try_get("", "problem")?,
        created: Timestamp::from_micros(row.try_get("", "created")?),
        finished: finished.map(Timestamp::from_micros),
    })
}

/// The webhook of this id.
pub async fn by_id(db: &dyn Query, id: Uuid) -> Result<Option<WebhookRow>, StoreError> {
    let sql = format!("{WEBHOOK} WHERE id = $1");
    db.one(&sql, vec![id.to_string().into()]).await?.as_ref().map(webhook).transpose()
}

/// An organisation's webhooks, by id.
pub async fn of_org(
    db: &dyn Query,
    org: OrgId,
    after: &str,
    limit: u64,
) -> Result<Vec<WebhookRow>, StoreError> {
    let sql = format!("{WEBHOOK} WHERE org = $1 AND id > $2 ORDER BY id LIMIT {limit}");
    db.all(&sql, vec![org.to_string().into(), after.into()]).await?.iter().map(webhook).collect()
}

/// Every webhook that is not paused.
pub async fn active(db: &dyn Query) -> Result<Vec<WebhookRow>, StoreError> {
    let sql = format!("{WEBHOOK} WHERE state = 'active' ORDER BY id");
    db.all(&sql, vec![]).await?.iter().map(webhook).collect()
}

/// The delivery of this id.
pub async fn delivery_by_id(db: &dyn Query, id: Uuid) -> Result<Option<DeliveryRow>, StoreError> {
    let sql = format!("{DELIVERY} WHERE id = $1");
    db.one(&sql, vec![id.to_string().into()]).await?.as_ref().map(delivery).transpose()
}

/// Deliveries to a webhook, newest first, below `before` (empty for the first page).
pub async fn deliveries_of(
    db: &dyn Query,
    webhook: Uuid,
    before: &str,
    limit: u64,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let sql =
        format!("{DELIVERY} WHERE webhook = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT {limit}");
    db.all(&sql, vec![webhook.to_string().into(), before.into()]).await?.iter().map(delivery).collect()
}

/// How far a follower of the outbox is.
pub async fn position(db: &dyn Query, name: &str) -> Result<Option<i64>, StoreError> {
    let row = db.one("SELECT position FROM positions WHERE name = $1", vec![name.into()]).await?;
    row.map(|row| Ok(row.try_get("", "position")?)).transpose()
}

impl Tx {
    /// Stores a webhook.
    pub async fn add_webhook(
        &self,
        _grant: &Granted<ManageWebhooks>,
        row: &WebhookRow,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO webhooks (id, org, url, description, actions, state, since, secret, created)
                   VALUES ($1, $2, $3, $4, $5, 'active', $6, $7, $8)";
        let values = vec![
            row.id.to_string().into(),
            row.org.to_string().into(),
            row.url.clone().into(),
            row.description.clone().into(),
            serde_json::to_string(&row.actions).map_err(StoreError::corrupt)?.into(),
            row.since.into(),
            row.secret.clone().into(),
            row.created.micros().into(),
        ];
        self.exec(sql, values).await.map(|_| ())
    }

    /// Changes where to, what for, which acts, and whether it is paused. Going on, it takes what comes from now on.
    pub async fn change_webhook(
        &self,
        _grant: &Granted<ManageWebhooks>,
        row: &WebhookRow,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE webhooks SET url = $1, description = $2, actions = $3, state = $4, problem = NULL, since = $5
                   WHERE id = $6";
        let values = vec![
            row.url.clone().into(),
            row.description.clone().into(),
            serde_json::to_string(&row.actions).map_err(StoreError::corrupt)?.into(),
            if row.paused { "paused" } else { "active" }.into(),
            row.since.into(),
            row.id.to_string().into(),
        ];
        self.exec(sql, values).await.map(|_| ())
    }

    /// A new secret; the one before signs too until then.
    pub async fn rotate_webhook(
        &self,
        _grant: &Granted<ManageWebhooks>,
        id: Uuid,
        secret: &str,
        old_until: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE webhooks SET old_secret = secret, old_until = $1, secret = $2 WHERE id = $3";
        let values = vec![old_until.micros().into(), secret.into(), id.to_string().into()];
        self.exec(sql, values).await.map(|_| ())
    }

    /// Removes a webhook with what was to be delivered to it.
    pub async fn remove_webhook(&self, _grant: &Granted<ManageWebhooks>, id: Uuid) -> Result<(), StoreError> {
        self.exec("DELETE FROM deliveries WHERE webhook = $1", vec![id.to_string().into()]).await?;
        self.exec("DELETE FROM webhooks WHERE id = $1", vec![id.to_string().into()]).await.map(|_| ())
    }

    /// The other side does not want it, or cannot be reached for days.
    pub async fn pause_webhook(&self, id: Uuid, problem: &str) -> Result<(), StoreError> {
        let sql = "UPDATE webhooks SET state = 'paused', problem = $1 WHERE id = $2";
        self.exec(sql, vec![problem.into(), id.to_string().into()]).await.map(|_| ())
    }

    /// Something to deliver; an entry once to each webhook. Says whether it is new.
    pub async fn add_delivery(&self, row: &DeliveryRow) -> Result<bool, StoreError> {
        let sql = "INSERT INTO deliveries (id, webhook, entry, action, body, state, created)
                   VALUES ($1, $2, $3, $4, $5, 'waiting', $6) ON CONFLICT (webhook, entry) DO NOTHING";
        let values = vec![
            row.id.to_string().into(),
            row.webhook.to_string().into(),
            row.entry.into(),
            row.action.clone().into(),
            row.body.clone().into(),
            row.created.micros().into(),
        ];
        Ok(self.exec(sql, values).await? == 1)
    }

    /// Notes a try, and the delivery's state after it.
    pub async fn note_delivery(&self, row: &DeliveryRow) -> Result<(), StoreError> {
        let sql = "UPDATE deliveries SET state = $1, attempts = $2, status = $3, problem = $4, finished = $5
                   WHERE id = $6";
        let values = vec![
            row.state.clone().into(),
            row.attempts.into(),
            row.status.into(),
            row.problem.clone().into(),
            row.finished.map(Timestamp::micros).into(),
            row.id.to_string().into(),
        ];
        self.exec(sql, values).await.map(|_| ())
    }

    /// Notes how far a follower is, and forgets deliveries that ended before `forget`.
    pub async fn set_position(&self, name: &str, at: i64, forget: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO positions (name, position) VALUES ($1, $2)
                   ON CONFLICT (name) DO UPDATE SET position = excluded.position";
        self.exec(sql, vec![name.into(), at.into()]).await?;
        let sql = "DELETE FROM deliveries WHERE created < $1 AND state <> 'waiting'";
        self.exec(sql, vec![forget.micros().into()]).await.map(|_| ())
    }
}
