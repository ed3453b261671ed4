//! `POST /uploads/{id}/finish`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::datasets::{FinishUpload, Upload};

use super::shown;
use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    problem::Failure,
};

#[utoipa::path(post, path = "/uploads/{id}/finish", params(("id" = String, Path)), request_body = FinishUpload,
    responses((status = 200, body = Upload)))]
pub(in crate::routes) async fn finish(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<FinishUpload>,
) -> Result<Json<Upload>, Failure> {
    let row = shared.app.finish_upload(&who.actor, place(&path, "upload")?, body.size, body.sha256).await?;
    Ok(shown(&row))
}
