//! `GET /users`.

use axum::{Json, extract::State};
use cloister_api::{
    Page,
    people::{InWorkspace, User},
};
use cloister_model::WorkspaceId;
use cloister_store::{people::UserRow, workspaces::Belonging};

use super::invitation;
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
    routes::people::user,
};

fn in_workspace(row: &Belonging) -> InWorkspace {
    InWorkspace {
        id: WorkspaceId(row.workspace),
        name: row.name.clone(),
        answer: row.answer.clone(),
        own: row.own,
    }
}

#[utoipa::path(get, path = "/users", params(PageQuery), responses((status = 200, body = Page<User>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<User>>, Failure> {
    let rows = shared.app.users(&who, &page.after, page.ask()).await?;
    let certificates = shared.app.colleagues_certificates(&who).await?;
    let belonging = shared.app.colleagues_workspaces(&who).await?;
    let invitations = shared.app.invitations(&who).await?;
    let shown = |row: UserRow| {
        let certificate = certificates.get(&row.id).copied();
        let workspaces = belonging.get(&row.id).into_iter().flatten().map(in_workspace);
        let invitation = invitations.get(&row.id).copied().map(invitation);
        User { workspaces: workspaces.collect(), invitation, ..user(row, certificate) }
    };
    Ok(Json(page.page(rows, |row| row.email.to_string(), shown)))
}
