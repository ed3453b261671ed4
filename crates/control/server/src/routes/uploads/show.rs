//! `GET /uploads/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::datasets::Upload;

use super::shown;
use crate::{Shared, body::place, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/uploads/{id}", params(("id" = String, Path)), responses((status = 200, body = Upload)))]
pub(in crate::routes) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Upload>, Failure> {
    Ok(shown(&shared.app.show_upload(&who.actor, place(&path, "upload")?).await?))
}
