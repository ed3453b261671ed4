//! `GET /sessions`.

use axum::{Json, extract::State};
use cloister_api::{Page, people::Session};

use super::session;
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/sessions", params(PageQuery), responses((status = 200, body = Page<Session>)))]
pub(in crate::routes) async fn sessions(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<Session>>, Failure> {
    let rows = shared.app.sessions(&who, &page.after, page.ask()).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), |row| session(&row, who.session))))
}
