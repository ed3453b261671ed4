//! `DELETE /sign-in/scim/{id}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use crate::{Shared, body::place, caller::Caller, problem::Failure};

/// Ends every token of a provider at once. Whom it provisioned stays.
#[utoipa::path(delete, path = "/sign-in/scim/{id}", params(("id" = String, Path, description = "the provider")),
    responses((status = 204)))]
pub(in crate::routes) async fn end_scim(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.end_scim(&who, place(&id, "provider")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
