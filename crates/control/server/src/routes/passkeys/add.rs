//! `POST /passkeys`.

use axum::{Json, extract::State};
use cloister_api::passkeys::{NewPasskeyRequest, Passkey};

use super::passkey;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/passkeys", request_body = NewPasskeyRequest, responses((status = 200, body = Passkey)))]
pub(in crate::routes) async fn add(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<NewPasskeyRequest>,
) -> Result<Json<Passkey>, Failure> {
    let row = shared.app.add_passkey(&who, (&body.ceremony, &body.name), body.credential).await?;
    Ok(Json(passkey(row)))
}
