//! One delivery: signed, sent, and what becomes of it.

use async_trait::async_trait;
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_model::Duration;
use cloister_store::{
    queue::QueuedJob,
    webhooks::{self, DeliveryRow, WebhookRow},
};
use uuid::Uuid;

use crate::{App, AppError, background::Outcome};

/// The job's kind.
pub const KIND: &str = "webhook";
/// Pauses between tries, in seconds: after the last, about three days, it is given up.
const PAUSES: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// A request to a webhook.
#[derive(Clone, Debug)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// Header names and values, `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    pub headers: [(&'static str, String); 3],
    /// The exact bytes that are signed.
    pub body: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct CourierError(pub String);

/// Carries requests to strangers' servers, never to private addresses, never along a redirect.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Whether a URL may be a webhook at all; the reason if not.
    fn admits(&self, url: &str) -> Result<(), String>;
    /// Posts; the status of the answer.
    async fn post(&self, post: &Post) -> Result<u16, CourierError>;
}

fn signature(key: &[u8], id: Uuid, seconds: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

impl App {
    /// The request, signed with the secret, and with the one before while that is good.
    fn signed_post(&self, webhook: &WebhookRow, delivery: &DeliveryRow) -> Result<Post, AppError> {
        let now = self.now();
        let seconds = now.micros() / 1_000_000;
        let old = webhook.old_secret.as_ref().filter(|(_, until)| now < *until).map(|(sealed, _)| sealed);
        let mut signatures = Vec::new();
        for sealed in [&webhook.secret].into_iter().chain(old) {
            let key = self.sealing.open(&webhook.id.to_string(), sealed)?;
            signatures.push(signature(&key, delivery.id, seconds, &delivery.body));
        }
        Ok(Post {
            url: webhook.url.clone(),
            headers: [
                ("webhook-id", delivery.id.to_string()),
                ("webhook-timestamp", seconds.to_string()),
                ("webhook-signature", signatures.join(" ")),
            ],
            body: delivery.body.clone(),
        })
    }

    /// The background job.
    pub(crate) async fn deliver(&self, job: &QueuedJob) -> Result<Outcome, AppError> {
        let id =
            job.payload.get("delivery").and_then(|id| id.as_str()).and_then(|id| id.parse::<Uuid>().ok());
        let Some(id) = id else { return Ok(Outcome::Fail("no delivery is named".into())) };
        let db = self.store.read();
        // Removed with its webhook, or delivered before: nothing is left to do.
        let Some(delivery) = webhooks::delivery_by_id(&db, id).await?.filter(|d| d.state == "waiting") else {
            return Ok(Outcome::Done);
        };
        let Some(webhook) = webhooks::by_id(&db, delivery.webhook).await? else { return Ok(Outcome::Done) };
        if webhook.paused {
            return self
                .end_delivery(delivery, "failed", (None, Some("the webhook was paused".into())))
                .await;
        }
        match self.courier.post(&self.signed_post(&webhook, &delivery)?).await {
            Ok(status @ 200..=299) => self.end_delivery(delivery, "delivered", (Some(status), None)).await,
            Ok(410) => {
                let why = "the other side answered 410: it is gone";
                self.give_up(&webhook, delivery, (Some(410), why.into())).await
            }
            Ok(status) => {
                let why = format!("the other side answered {status}");
                self.later(&webhook, delivery, (Some(status), why)).await
            }
            Err(CourierError(why)) => self.later(&webhook, delivery, (None, why)).await,
        }
    }

    async fn later(
        &self,
        webhook: &WebhookRow,
        delivery: DeliveryRow,
        (status, why): (Option<u16>, String),
    ) -> Result<Outcome, AppError> {
        let tried = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
        let Some(pause) = PAUSES.get(tried) else {
            return self.give_up(webhook, delivery, (status, why)).await;
        };
        self.note(&DeliveryRow {
            attempts: delivery.attempts + 1,
            status: status.map(i64::from),
            problem: Some(why.clone()),
            ..delivery
        })
        .await?;
        Ok(Outcome::Later(Duration::seconds(*pause), why))
    }

    async fn give_up(
        &self,
        webhook: &WebhookRow,
        delivery: DeliveryRow,
        (status, why): (Option<u16>, String),
    ) -> Result<Outcome, AppError> {
        let tx = self.store.write().await?;
        tx.pause_webhook(webhook.id, &why).await?;
        tx.commit().await?;
        self.end_delivery(delivery, "failed", (status, Some(why))).await
    }

    async fn end_delivery(
        &self,
        delivery: DeliveryRow,
        state: &str,
        (status, problem): (Option<u16>, Option<String>),
    ) -> Result<Outcome, AppError> {
        self.note(&DeliveryRow {
            state: state.into(),
            attempts: delivery.attempts + 1,
            status: status.map(i64::from),
            problem,
            finished: Some(self.now()),
            ..delivery
        })
        .await?;
        Ok(Outcome::Done)
    }

    async fn note(&self, delivery: &DeliveryRow) -> Result<(), AppError> {
        let tx = self.store.write().await?;
        tx.note_delivery(delivery).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        // The example of the specification, with its id as text.
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = |id: &str| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
            STANDARD.encode(hmac::sign(&key, format!("{id}.1614265330.{{\"test\": 2432232314}}").as_bytes()))
        };
        assert_eq!(signed("msg_p5jXN8AQM9LWM0D4loKWxJek"), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let id = Uuid::from_u128(7);
        let ours = signature(&key, id, 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(ours, format!("v1,{}", signed(&id.to_string())));
    }
}
