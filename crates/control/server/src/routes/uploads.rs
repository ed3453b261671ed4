//! Resumable uploads of ciphertext.

use axum::{
    Json,
    extract::{Path, State},
};
use bytes::Bytes;
use cloister_api::datasets::{FinishUpload, Upload, UploadRequest};
use cloister_store::datasets::UploadRow;

use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    problem::Failure,
};

fn shown(row: &UploadRow) -> Json<Upload> {
    Json(Upload { id: row.id, received: row.received, finished: row.sha256.is_some() })
}

#[utoipa::path(post, path = "/uploads", request_body = UploadRequest, responses((status = 200, body = Upload)))]
pub(super) async fn begin(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<UploadRequest>,
) -> Result<Json<Upload>, Failure> {
    let row = shared.app.begin_upload(&who.actor, body.dataset, body.version, &body.name).await?;
    Ok(shown(&row))
}

#[utoipa::path(get, path = "/uploads/{id}", params(("id" = String, Path)), responses((status = 200, body = Upload)))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Upload>, Failure> {
    Ok(shown(&shared.app.show_upload(&who.actor, place(&path, "upload")?).await?))
}

#[utoipa::path(put, path = "/uploads/{id}/parts/{offset}", params(("id" = String, Path), ("offset" = u64, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = Upload)))]
pub(super) async fn part(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Path((id, offset)): Path<(String, String)>,
    part: Bytes,
) -> Result<Json<Upload>, Failure> {
    let offset =
        offset.parse().map_err(|_| Failure::new(400, "invalid", "an offset is a number of bytes"))?;
    let row = shared.app.upload_part(&who.actor, place(&Path(id), "upload")?, offset, part).await?;
    Ok(shown(&row))
}

#[utoipa::path(post, path = "/uploads/{id}/finish", params(("id" = String, Path)), request_body = FinishUpload,
    responses((status = 200, body = Upload)))]
pub(super) async fn finish(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<FinishUpload>,
) -> Result<Json<Upload>, Failure> {
    let row = shared.app.finish_upload(&who.actor, place(&path, "upload")?, body.size, body.sha256).await?;
    Ok(shown(&row))
}
