//! Webhooks of the caller's organisation.

pub(super) mod add;
pub(super) mod change;
pub(super) mod deliveries;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod rotate;
pub(super) mod test;

use cloister_api::webhooks::{Delivery, Webhook, WebhookRequest};
use cloister_app::webhooks::WebhookSpec;
use cloister_store::webhooks::{DeliveryRow, WebhookRow};

fn spec(body: WebhookRequest) -> WebhookSpec {
    WebhookSpec { url: body.url, description: body.description, actions: body.actions, paused: body.paused }
}

fn webhook(row: WebhookRow) -> Webhook {
    Webhook {
        id: row.id,
        url: row.url,
        description: row.description,
        actions: row.actions,
        paused: row.paused,
        problem: row.problem,
        old_secret_until: row.old_secret.map(|(_, until)| until),
        created: row.created,
    }
}

fn delivery(row: DeliveryRow) -> Delivery {
    Delivery {
        id: row.id,
        action: row.action,
        state: row.state,
        attempts: u64::try_from(row.attempts).unwrap_or_default(),
        status: row.status.and_then(|status| u64::try_from(status).ok()),
        problem: row.problem,
        created: row.created,
        finished: row.finished,
    }
}
