//! `GET /workspaces/{id}/jobs`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::{Page, jobs::Job};

use super::page_of;
use crate::{
    Shared,
    body::place,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/workspaces/{id}/jobs", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Job>)))]
pub(in crate::routes) async fn of_workspace(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    page: Paged,
) -> Result<Json<Page<Job>>, Failure> {
    let workspace = place(&path, "workspace")?;
    page_of(&page, shared.app.workspace_jobs(&who.actor, workspace, &page.paging()).await?)
}
