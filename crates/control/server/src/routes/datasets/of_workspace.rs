//! `GET /workspaces/{id}/datasets`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::{Page, datasets::Dataset};

use super::shown;
use crate::{
    Shared,
    body::place,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/workspaces/{id}/datasets", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Dataset>)))]
pub(in crate::routes) async fn of_workspace(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    page: Paged,
) -> Result<Json<Page<Dataset>>, Failure> {
    let workspace = place(&path, "workspace")?;
    let views = shared.app.workspace_datasets(&who.actor, workspace, &page.paging()).await?;
    Ok(Json(page.page(views, |view| view.row.id.to_string(), shown)))
}
