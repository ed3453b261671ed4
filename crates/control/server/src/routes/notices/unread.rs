//! `GET /notices/unread`.

use axum::{Json, extract::State};
use cloister_api::notices::Unread;

use super::unread_of;
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/notices/unread", responses((status = 200, body = Unread)))]
pub(in crate::routes) async fn unread(
    State(shared): State<Shared>,
    Caller(who): Caller,
) -> Result<Json<Unread>, Failure> {
    Ok(Json(unread_of(shared.app.unread_notices(&who).await?)))
}
