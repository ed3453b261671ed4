//! `DELETE /passkeys/{id}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use crate::{Shared, body::place, caller::Caller, problem::Failure};

/// The sessions that the passkey began end with it.
#[utoipa::path(delete, path = "/passkeys/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(in crate::routes) async fn remove(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.remove_passkey(&who, place(&id, "passkey")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
