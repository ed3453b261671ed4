//! `PUT /me/key-backups/{key}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::key_backups::{KeyBackup, KeyBackupBody};

use super::shown;
use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    problem::Failure,
};

#[utoipa::path(put, path = "/me/key-backups/{key}", params(("key" = String, Path)), request_body = KeyBackupBody,
    responses((status = 200, body = KeyBackup)))]
pub(in crate::routes) async fn store(
    State(shared): State<Shared>,
    Caller(who): Caller,
    key: Path<String>,
    Body(body): Body<KeyBackupBody>,
) -> Result<Json<KeyBackup>, Failure> {
    Ok(Json(shown(shared.app.store_key_backup(&who, place(&key, "public key")?, body.file).await?)))
}
