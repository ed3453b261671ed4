//! `POST /webhooks/{id}/secrets`.

use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    problem::Failure,
};
use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::webhooks::{NewSecret, RotateRequest};

/// A new secret signs from now on; the old one too for some hours.
#[utoipa::path(post, path = "/webhooks/{id}/secrets", params(("id" = String, Path)), request_body = RotateRequest,
    responses((status = 200, body = NewSecret)))]
pub(in crate::routes) async fn rotate(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
    Body(body): Body<RotateRequest>,
) -> Result<Json<NewSecret>, Failure> {
    let secret = shared.app.rotate_webhook(&who, place(&id, "webhook")?, body.keep_old_for_hours).await?;
    Ok(Json(NewSecret { secret }))
}
