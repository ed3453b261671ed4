//! `GET /tokens`.

use axum::{
    Json,
    extract::{Query, State},
};
use cloister_api::{Page, people::Token};

use super::token;
use crate::{Shared, caller::Caller, page::PageQuery, problem::Failure};

#[utoipa::path(get, path = "/tokens", params(PageQuery), responses((status = 200, body = Page<Token>)))]
pub(in crate::routes) async fn tokens(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Token>>, Failure> {
    let rows = shared.app.tokens(&who, &page.cursor, page.limit() + 1).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), token)))
}
