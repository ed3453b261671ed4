//! `POST /passkeys/sign-ins`.

use axum::{Json, extract::State};
use cloister_api::passkeys::{PasskeyCeremony, PasskeySignInRequest};

use super::ceremony;
use crate::{Shared, body::Body, problem::Failure};

#[utoipa::path(post, path = "/passkeys/sign-ins", request_body = PasskeySignInRequest,
    responses((status = 200, body = PasskeyCeremony)))]
pub(in crate::routes) async fn begin_sign_in(
    State(shared): State<Shared>,
    Body(PasskeySignInRequest {}): Body<PasskeySignInRequest>,
) -> Result<Json<PasskeyCeremony>, Failure> {
    Ok(Json(ceremony(shared.app.begin_passkey_sign_in().await?)))
}
