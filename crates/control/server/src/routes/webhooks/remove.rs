//! `DELETE /webhooks/{id}`.

use crate::{Shared, body::place, caller::Caller, problem::Failure};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};

#[utoipa::path(delete, path = "/webhooks/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(in crate::routes) async fn remove(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.remove_webhook(&who, place(&id, "webhook")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
