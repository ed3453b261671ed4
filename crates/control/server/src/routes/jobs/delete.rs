//! `DELETE /jobs/{id}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use super::id;
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(delete, path = "/jobs/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(in crate::routes) async fn delete(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.delete_draft(&who.actor, id(&path)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
