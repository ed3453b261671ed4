//! `POST /notices/{id}/read`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use uuid::Uuid;

use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/notices/{id}/read", params(("id" = Uuid, Path)), responses((status = 204)))]
pub(in crate::routes) async fn read_one(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Failure> {
    shared.app.read_notice(&who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
