//! `POST /webhooks`.

use axum::{Json, extract::State};
use cloister_api::webhooks::{NewWebhook, WebhookRequest};

use super::{spec, webhook};
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/webhooks", request_body = WebhookRequest, responses((status = 200, body = NewWebhook)))]
pub(in crate::routes) async fn add(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<WebhookRequest>,
) -> Result<Json<NewWebhook>, Failure> {
    let (row, secret) = shared.app.add_webhook(&who, spec(body)).await?;
    Ok(Json(NewWebhook { webhook: webhook(row), secret }))
}
