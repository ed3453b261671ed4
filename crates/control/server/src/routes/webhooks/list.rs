//! `GET /webhooks`.

use axum::{Json, extract::State};
use cloister_api::{Page, webhooks::Webhook};

use super::webhook;
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/webhooks", params(PageQuery), responses((status = 200, body = Page<Webhook>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<Webhook>>, Failure> {
    let rows = shared.app.webhooks(&who, &page.paging()).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), webhook)))
}
