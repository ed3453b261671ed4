//! `GET /datasets`.

use axum::{Json, extract::State};
use cloister_api::{Page, datasets::Dataset};

use super::shown;
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/datasets", params(PageQuery), responses((status = 200, body = Page<Dataset>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<Dataset>>, Failure> {
    let views = shared.app.list_datasets(&who.actor, &page.paging()).await?;
    Ok(Json(page.page(views, |view| view.row.id.to_string(), shown)))
}
