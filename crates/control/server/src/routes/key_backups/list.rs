//! `GET /me/key-backups`.

use axum::{Json, extract::State};
use cloister_api::{Page, key_backups::KeyBackup};

use super::shown;
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

#[utoipa::path(get, path = "/me/key-backups", params(PageQuery), responses((status = 200, body = Page<KeyBackup>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<KeyBackup>>, Failure> {
    let rows = shared.app.key_backups(&who, &page.paging()).await?;
    Ok(Json(page.page(rows, |row| row.key.to_string(), shown)))
}
