//! `GET /jobs`.

use axum::{Json, extract::State};
use cloister_api::{Page, jobs::Job};

use super::page_of;
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/jobs", params(PageQuery), responses((status = 200, body = Page<Job>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<Job>>, Failure> {
    page_of(&page, shared.app.list_jobs(&who.actor, &page.paging()).await?)
}
