//! `POST /passkeys/registrations`.

use axum::{Json, extract::State};
use cloister_api::passkeys::{PasskeyCeremony, PasskeyRegistrationRequest};

use super::ceremony;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/passkeys/registrations", request_body = PasskeyRegistrationRequest,
    responses((status = 200, body = PasskeyCeremony)))]
pub(in crate::routes) async fn begin(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<PasskeyRegistrationRequest>,
) -> Result<Json<PasskeyCeremony>, Failure> {
    Ok(Json(ceremony(shared.app.begin_passkey(&who, body.password).await?)))
}
