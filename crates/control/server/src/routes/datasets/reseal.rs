//! `POST /datasets/{id}/seals`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use cloister_api::datasets::SealBody;

use super::id;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/datasets/{id}/seals", params(("id" = String, Path)), request_body = SealBody,
    responses((status = 204)))]
pub(in crate::routes) async fn reseal(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<SealBody>,
) -> Result<StatusCode, Failure> {
    shared.app.reseal(&who.actor, id(&path)?, body.workspace.0, &body.sealed_key).await?;
    Ok(StatusCode::NO_CONTENT)
}
