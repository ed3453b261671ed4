//! Resumable uploads of ciphertext.

pub(super) mod begin;
pub(super) mod finish;
pub(super) mod part;
pub(super) mod show;

use axum::Json;
use cloister_api::datasets::Upload;
use cloister_store::datasets::UploadRow;

fn shown(row: &UploadRow) -> Json<Upload> {
    Json(Upload { id: row.id, received: row.received, finished: row.sha256.is_some() })
}
