//! `PUT /webhooks/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::webhooks::{Webhook, WebhookRequest};

use super::{spec, webhook};
use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    problem::Failure,
};

#[utoipa::path(put, path = "/webhooks/{id}", params(("id" = String, Path)), request_body = WebhookRequest,
    responses((status = 200, body = Webhook)))]
pub(in crate::routes) async fn change(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
    Body(body): Body<WebhookRequest>,
) -> Result<Json<Webhook>, Failure> {
    Ok(Json(webhook(shared.app.change_webhook(&who, place(&id, "webhook")?, spec(body)).await?)))
}
