//! `GET /jobs/{id}/runs`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::{Page, runs::Run};

use super::id;
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
    routes::runs::{place_of, shown},
};

/// Its runs, tests too, the newest first.
#[utoipa::path(get, path = "/jobs/{id}/runs", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Run>)))]
pub(in crate::routes) async fn runs(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    page: Paged,
) -> Result<Json<Page<Run>>, Failure> {
    let views = shared.app.job_runs(&who.actor, id(&path)?, &page.paging()).await?;
    Ok(Json(page.page(views, place_of, shown)))
}
