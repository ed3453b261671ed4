//! `GET /runs`.

use axum::{Json, extract::State};
use cloister_api::{Page, runs::Run};

use super::{place_of, shown};
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/runs", params(PageQuery), responses((status = 200, body = Page<Run>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<Run>>, Failure> {
    let views = shared.app.list_runs(&who.actor, &page.paging()).await?;
    Ok(Json(page.page(views, place_of, shown)))
}
