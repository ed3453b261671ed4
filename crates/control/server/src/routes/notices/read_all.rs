//! `POST /notices/read`.

use axum::{Json, extract::State};
use cloister_api::notices::{ReadRequest, Unread};

use super::unread_of;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/notices/read", request_body = ReadRequest, responses((status = 200, body = Unread)))]
pub(in crate::routes) async fn read_all(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<ReadRequest>,
) -> Result<Json<Unread>, Failure> {
    shared.app.read_notices(&who, body.up_to).await?;
    Ok(Json(unread_of(shared.app.unread_notices(&who).await?)))
}
