//! `PATCH /passkeys/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::passkeys::{Passkey, RenamePasskeyRequest};

use super::passkey;
use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    problem::Failure,
};

#[utoipa::path(patch, path = "/passkeys/{id}", params(("id" = String, Path)), request_body = RenamePasskeyRequest,
    responses((status = 200, body = Passkey)))]
pub(in crate::routes) async fn rename(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
    Body(body): Body<RenamePasskeyRequest>,
) -> Result<Json<Passkey>, Failure> {
    Ok(Json(passkey(shared.app.rename_passkey(&who, place(&id, "passkey")?, &body.name).await?)))
}
