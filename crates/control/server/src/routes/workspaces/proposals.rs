//! `GET /workspaces/{id}/proposals`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::{Page, workspaces::Proposal};

use super::{id, proposal};
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

/// What its organisation's admins propose; it goes when another charter comes into force.
#[utoipa::path(get, path = "/workspaces/{id}/proposals", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Proposal>)))]
pub(in crate::routes) async fn proposals(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    page: Paged,
) -> Result<Json<Page<Proposal>>, Failure> {
    let rows = shared.app.list_proposals(&who.actor, id(&path)?, &page.paging()).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), proposal)))
}
