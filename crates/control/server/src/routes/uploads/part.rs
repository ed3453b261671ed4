//! `PUT /uploads/{id}/parts/{offset}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::datasets::Upload;

use super::shown;
use crate::{
    Shared,
    body::{Raw, place},
    caller::Caller,
    problem::Failure,
};

#[utoipa::path(put, path = "/uploads/{id}/parts/{offset}", params(("id" = String, Path), ("offset" = u64, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = Upload)))]
pub(in crate::routes) async fn part(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Path((id, offset)): Path<(String, String)>,
    Raw(part): Raw,
) -> Result<Json<Upload>, Failure> {
    let offset =
        offset.parse().map_err(|_| Failure::new(400, "invalid", "an offset is a number of bytes"))?;
    let row = shared.app.upload_part(&who.actor, place(&Path(id), "upload")?, offset, part).await?;
    Ok(shown(&row))
}
