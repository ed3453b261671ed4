//! `POST /users/{id}/disable`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::people::User;
use cloister_store::people::Switch;

use crate::{Shared, body::place, caller::Caller, problem::Failure, routes::people::user};

#[utoipa::path(post, path = "/users/{id}/disable", params(("id" = String, Path)), responses((status = 200, body = User)))]
pub(in crate::routes) async fn disable(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<Json<User>, Failure> {
    let row = shared.app.switch_user(&who, place(&id, "user")?, Switch::Off).await?;
    let certificate = shared.app.colleagues_certificates(&who).await?.get(&row.id).copied();
    Ok(Json(user(row, certificate)))
}
