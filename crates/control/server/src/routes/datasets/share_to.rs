//! `POST /datasets/{id}/shares`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::datasets::{Dataset, ShareBody};

use super::{id, new_share, shown};
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/datasets/{id}/shares", params(("id" = String, Path)), request_body = ShareBody,
    responses((status = 200, body = Dataset)))]
pub(in crate::routes) async fn share_to(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<ShareBody>,
) -> Result<Json<Dataset>, Failure> {
    Ok(Json(shown(shared.app.share_dataset(&who.actor, id(&path)?, &new_share(body)).await?)))
}
