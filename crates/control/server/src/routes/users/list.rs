//! `GET /users`.

use axum::{Json, extract::State};
use cloister_api::{Page, people::User};
use cloister_store::people::UserRow;

use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
    routes::people::user,
};

#[utoipa::path(get, path = "/users", params(PageQuery), responses((status = 200, body = Page<User>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<User>>, Failure> {
    let rows = shared.app.users(&who, &page.after, page.ask()).await?;
    let certificates = shared.app.colleagues_certificates(&who).await?;
    let shown = |row: UserRow| {
        let certificate = certificates.get(&row.id).copied();
        user(row, certificate)
    };
    Ok(Json(page.page(rows, |row| row.email.to_string(), shown)))
}
