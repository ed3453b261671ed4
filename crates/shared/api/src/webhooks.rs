//! Webhooks of an organisation (Standard Webhooks).

use cloister_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `POST /webhooks`, `PUT /webhooks/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRequest {
    /// Where to: `https://`, a public host.
    #[schema(max_length = 2000)]
    pub url: String,
    /// What for, up to 200 characters.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub description: String,
    /// Which acts, as the audit log names them: `job.submit`, or `job.*`. All when empty.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub actions: Vec<String>,
    /// Nothing is sent for now.
    #[serde(default)]
    pub paused: bool,
}

/// A webhook, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// Its id.
    pub id: Uuid,
    /// Where to.
    pub url: String,
    /// What for.
    pub description: String,
    /// Which acts; all when empty.
    pub actions: Vec<String>,
    /// Whether nothing is sent for now.
    pub paused: bool,
    /// Why it was paused, unless somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Until when the secret before the last signs too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub old_secret_until: Option<Timestamp>,
    /// Since when.
    #[schema(value_type = String)]
    pub created: Timestamp,
}

/// A new webhook, or a new secret.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// Signs deliveries; shown once.
    pub secret: String,
}

/// `POST /webhooks/{id}/secrets`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateRequest {
    /// How long the old secret signs too, 0 to 168 hours; 24 when absent.
    #[serde(default = "a_day")]
    #[schema(minimum = 0, maximum = 168)]
    pub keep_old_for_hours: u32,
}

fn a_day() -> u32 {
    24
}

/// A new secret.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewSecret {
    /// Signs deliveries; shown once.
    pub secret: String,
}

/// What was or is to be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Its `webhook-id`, the same at every try.
    pub id: Uuid,
    /// The act.
    pub action: String,
    /// `waiting`, `delivered` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub attempts: u64,
    /// The status of the last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u64>,
    /// Why the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Since when.
    #[schema(value_type = String)]
    pub created: Timestamp,
    /// When it was delivered or given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub finished: Option<Timestamp>,
}
