//! Users of the organisation.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use cloister_api::{
    Page,
    people::{NewUser, NewUserRequest, SetRolesRequest, User},
};
use cloister_model::{Role, Roles};
use cloister_store::people::{Switch, UserRow};

use super::people::user;
use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    page::PageQuery,
    problem::Failure,
};

#[utoipa::path(get, path = "/users", params(PageQuery), responses((status = 200, body = Page<User>)))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<User>>, Failure> {
    let rows = shared.app.users(&who, &page.cursor, page.limit() + 1).await?;
    let certificates = shared.app.colleagues_certificates(&who).await?;
    let shown = |row: UserRow| {
        let certificate = certificates.get(&row.id).copied();
        user(row, certificate)
    };
    Ok(Json(page.page(rows, |row| row.email.to_string(), shown)))
}

#[utoipa::path(post, path = "/users", request_body = NewUserRequest, responses((status = 200, body = NewUser)))]
pub(super) async fn add(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<NewUserRequest>,
) -> Result<Json<NewUser>, Failure> {
    let (row, password_token) = shared.app.add_user(&who, body.email).await?;
    Ok(Json(NewUser { user: user(row, None), password_token }))
}

#[utoipa::path(put, path = "/users/{id}/roles", params(("id" = String, Path)), request_body = SetRolesRequest,
    responses((status = 200, body = User)))]
pub(super) async fn set_roles(
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

#[utoipa::path(post, path = "/users/{id}/disable", params(("id" = String, Path)), responses((status = 200, body = User)))]
pub(super) async fn disable(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<Json<User>, Failure> {
    let row = shared.app.switch_user(&who, place(&id, "user")?, Switch::Off).await?;
    let certificate = shared.app.colleagues_certificates(&who).await?.get(&row.id).copied();
    Ok(Json(user(row, certificate)))
}

#[utoipa::path(post, path = "/users/{id}/enable", params(("id" = String, Path)), responses((status = 200, body = User)))]
pub(super) async fn enable(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<Json<User>, Failure> {
    let row = shared.app.switch_user(&who, place(&id, "user")?, Switch::On).await?;
    let certificate = shared.app.colleagues_certificates(&who).await?.get(&row.id).copied();
    Ok(Json(user(row, certificate)))
}
