//! `POST /notices/{id}/read`.

use crate::{Shared, body::place, caller::Caller, problem::Failure};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};

#[utoipa::path(post, path = "/notices/{id}/read", params(("id" = String, Path)), responses((status = 204)))]
pub(in crate::routes) async fn read_one(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.read_notice(&who, place(&id, "notice")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
