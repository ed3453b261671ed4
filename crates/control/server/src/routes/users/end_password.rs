//! `DELETE /users/{id}/password`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::people::User;

use crate::{Shared, body::place, caller::Caller, problem::Failure, routes::people::user};

/// The account then waits like an invitation: whoever comes by the provider with its verified address enters it.
#[utoipa::path(delete, path = "/users/{id}/password", params(("id" = String, Path)), responses((status = 200, body = User)))]
pub(in crate::routes) async fn end_password(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<Json<User>, Failure> {
    let row = shared.app.end_password(&who, place(&id, "user")?).await?;
    let certificate = shared.app.colleagues_certificates(&who).await?.get(&row.id).copied();
    Ok(Json(user(row, certificate)))
}
