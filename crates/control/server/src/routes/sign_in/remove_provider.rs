//! `DELETE /sign-in/providers/{id}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use crate::{Shared, body::place, caller::Caller, problem::Failure};

#[utoipa::path(delete, path = "/sign-in/providers/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(in crate::routes) async fn remove_provider(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.remove_provider(&who, place(&id, "provider")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
