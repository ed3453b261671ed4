//! `GET /workspaces/{id}/runs`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::{Page, runs::Run};

use super::{place_of, shown};
use crate::{
    Shared,
    body::place,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/workspaces/{id}/runs", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Run>)))]
pub(in crate::routes) async fn of_workspace(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    page: Paged,
) -> Result<Json<Page<Run>>, Failure> {
    let workspace = place(&path, "workspace")?;
    let views = shared.app.workspace_runs(&who.actor, workspace, &page.paging()).await?;
    Ok(Json(page.page(views, place_of, shown)))
}
