//! `DELETE /sessions/{id}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use crate::{Shared, body::place, caller::Caller, problem::Failure};

#[utoipa::path(delete, path = "/sessions/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(in crate::routes) async fn end_session(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.end_session(&who, place(&id, "session")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
