//! `POST /passkeys/sessions`.

use axum::{Json, extract::State};
use cloister_api::{passkeys::PasskeySessionRequest, people::SignedIn};

use crate::{Shared, body::Body, problem::Failure, routes::people::signed_in};

#[utoipa::path(post, path = "/passkeys/sessions", request_body = PasskeySessionRequest,
    responses((status = 200, body = SignedIn)))]
pub(in crate::routes) async fn sign_in(
    State(shared): State<Shared>,
    Body(body): Body<PasskeySessionRequest>,
) -> Result<Json<SignedIn>, Failure> {
    Ok(signed_in(shared.app.passkey_sign_in(&body.ceremony, body.credential).await?))
}
