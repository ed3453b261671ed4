//! `DELETE /proposals/{id}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use crate::{Shared, body::place, caller::Caller, problem::Failure};

/// An administrator of the charter is done with it, or its author takes it back.
#[utoipa::path(delete, path = "/proposals/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(in crate::routes) async fn dismiss(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.dismiss_proposal(&who.actor, place(&path, "proposal")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
