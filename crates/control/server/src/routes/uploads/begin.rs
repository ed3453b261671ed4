//! `POST /uploads`.

use axum::{Json, extract::State};
use cloister_api::datasets::{Upload, UploadRequest};

use super::shown;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/uploads", request_body = UploadRequest, responses((status = 200, body = Upload)))]
pub(in crate::routes) async fn begin(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<UploadRequest>,
) -> Result<Json<Upload>, Failure> {
    let row = shared.app.begin_upload(&who.actor, body.dataset, body.version, &body.name).await?;
    Ok(shown(&row))
}
