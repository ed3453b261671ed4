//! `GET /sessions`.

use axum::{
    Json,
    extract::{Query, State},
};
use cloister_api::{Page, people::Session};

use super::session;
use crate::{Shared, caller::Caller, page::PageQuery, problem::Failure};

#[utoipa::path(get, path = "/sessions", params(PageQuery), responses((status = 200, body = Page<Session>)))]
pub(in crate::routes) async fn sessions(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Session>>, Failure> {
    let rows = shared.app.sessions(&who, &page.cursor, page.limit() + 1).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), |row| session(&row, who.session))))
}
