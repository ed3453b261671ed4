//! `GET /tokens`.

use axum::{Json, extract::State};
use cloister_api::{Page, people::Token};

use super::token;
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/tokens", params(PageQuery), responses((status = 200, body = Page<Token>)))]
pub(in crate::routes) async fn tokens(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<Token>>, Failure> {
    let rows = shared.app.tokens(&who, &page.after, page.ask()).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), token)))
}
