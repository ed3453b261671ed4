//! `GET /sign-in/scim`.

use axum::{Json, extract::State};
use cloister_api::sign_in::ScimToken;

use super::scim_token;
use crate::{Shared, caller::Caller, problem::Failure};

/// Live tokens by which the organisation's providers push people and groups.
#[utoipa::path(get, path = "/sign-in/scim", responses((status = 200, body = Vec<ScimToken>)))]
pub(in crate::routes) async fn scim_tokens(
    State(shared): State<Shared>,
    Caller(who): Caller,
) -> Result<Json<Vec<ScimToken>>, Failure> {
    Ok(Json(shared.app.scim_tokens(&who).await?.into_iter().map(scim_token).collect()))
}
