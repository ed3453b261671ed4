//! `GET /passkeys`.

use axum::{Json, extract::State};
use cloister_api::{Page, passkeys::Passkey};

use super::passkey;
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/passkeys", params(PageQuery), responses((status = 200, body = Page<Passkey>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<Passkey>>, Failure> {
    let rows = shared.app.passkeys(&who, &page.paging()).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), passkey)))
}
