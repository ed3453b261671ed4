//! `PUT /users/{id}/roles`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::people::{SetRolesRequest, User};
use cloister_model::{Role, Roles};

use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    problem::Failure,
    routes::people::user,
};

#[utoipa::path(put, path = "/users/{id}/roles", params(("id" = String, Path)), request_body = SetRolesRequest,
    responses((status = 200, body = User)))]
pub(in crate::routes) async fn set_roles(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
    Body(body): Body<SetRolesRequest>,
) -> Result<Json<User>, Failure> {
    let wanted = [(Role::WorkspaceAdmin, body.workspace_admin), (Role::Auditor, body.auditor)];
    let roles = Roles(wanted.into_iter().filter(|(_, on)| *on).map(|(role, _)| role).collect());
    let row = shared.app.set_roles(&who, place(&id, "user")?, roles).await?;
    let certificate = shared.app.colleagues_certificates(&who).await?.get(&row.id).copied();
    Ok(Json(user(row, certificate)))
}
