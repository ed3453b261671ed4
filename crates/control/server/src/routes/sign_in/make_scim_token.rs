//! `POST /sign-in/scim`.

use axum::{Json, extract::State};
use cloister_api::sign_in::{NewScimToken, ScimTokenRequest};

use super::scim_token;
use crate::{Shared, body::Body, caller::Caller, problem::Failure, scim::ROOT};

/// A new token for one of the organisation's providers; it is shown once. The one before ends after some hours.
#[utoipa::path(post, path = "/sign-in/scim", request_body = ScimTokenRequest,
    responses((status = 200, body = NewScimToken)))]
pub(in crate::routes) async fn make_scim_token(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<ScimTokenRequest>,
) -> Result<Json<NewScimToken>, Failure> {
    let hours = body.keep_old_for_hours;
    let (row, secret) = shared.app.make_scim_token(&who, body.provider, hours).await?;
    let base_url = format!("{}{ROOT}", shared.public_url);
    Ok(Json(NewScimToken { token: scim_token(row), secret, base_url }))
}
