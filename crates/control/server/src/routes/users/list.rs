//! `GET /users`.

use axum::{Json, extract::State};
use cloister_api::{
    Page,
    people::{InWorkspace, User},
};
use cloister_model::WorkspaceId;
use cloister_store::{people::UserRow, workspaces::Belonging};

use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
    routes::people::user,
};

fn in_workspace(row: &Belonging) -> InWorkspace {
    InWorkspace { id: WorkspaceId(row.workspace), name: row.name.clone(), answer: row.answer.clone() }
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
    let shown = |row: UserRow| {
        let certificate = certificates.get(&row.id).copied();
        let workspaces = belonging.get(&row.id).into_iter().flatten().map(in_workspace);
        User { workspaces: workspaces.collect(), ..user(row, certificate) }
    };
    Ok(Json(page.page(rows, |row| row.email.to_string(), shown)))
}
