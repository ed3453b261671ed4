//! `GET /webhooks/{id}/deliveries`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::{Page, webhooks::Delivery};

use super::delivery;
use crate::{
    Shared,
    body::place,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

/// Newest first; what ended is shown for 30 days.
#[utoipa::path(get, path = "/webhooks/{id}/deliveries", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Delivery>)))]
pub(in crate::routes) async fn deliveries(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
    page: Paged,
) -> Result<Json<Page<Delivery>>, Failure> {
    let rows = shared.app.deliveries(&who, place(&id, "webhook")?, &page.paging()).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), delivery)))
}
