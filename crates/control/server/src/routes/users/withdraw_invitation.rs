//! `DELETE /users/{id}/invitations`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use crate::{Shared, body::place, caller::Caller, problem::Failure};

/// The link opens nothing any more; an account that was never anybody's goes with it, and its address is free.
#[utoipa::path(delete, path = "/users/{id}/invitations", params(("id" = String, Path)), responses((status = 204)))]
pub(in crate::routes) async fn withdraw_invitation(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.withdraw_invitation(&who, place(&id, "user")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
