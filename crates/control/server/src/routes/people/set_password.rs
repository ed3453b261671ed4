//! `POST /passwords`.

use axum::{extract::State, http::StatusCode};
use cloister_api::people::SetPasswordRequest;

use crate::{Shared, body::Body, problem::Failure};

#[utoipa::path(post, path = "/passwords", request_body = SetPasswordRequest, responses((status = 204)))]
pub(in crate::routes) async fn set_password(
    State(shared): State<Shared>,
    Body(body): Body<SetPasswordRequest>,
) -> Result<StatusCode, Failure> {
    shared.app.set_password(&body.token, body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
