//! `GET /workspaces`.

use axum::{Json, extract::State};
use cloister_api::{Page, workspaces::Workspace};

use super::shown;
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/workspaces", params(PageQuery), responses((status = 200, body = Page<Workspace>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<Workspace>>, Failure> {
    let views = shared.app.list_workspaces(&who.actor, &page.paging()).await?;
    Ok(Json(page.page(views, |view| view.row.id.to_string(), shown)))
}
