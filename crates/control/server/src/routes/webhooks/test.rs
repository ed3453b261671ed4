//! `POST /webhooks/{id}/tests`.

use super::delivery;
use crate::{Shared, body::place, caller::Caller, problem::Failure};
use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::webhooks::Delivery;

/// Sends a trial of the type `webhook.test`; how it went is in the list of deliveries.
#[utoipa::path(post, path = "/webhooks/{id}/tests", params(("id" = String, Path)),
    responses((status = 200, body = Delivery)))]
pub(in crate::routes) async fn test(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<Json<Delivery>, Failure> {
    Ok(Json(delivery(shared.app.try_webhook(&who, place(&id, "webhook")?).await?)))
}
