//! `POST /runs/{id}/cancel`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::runs::Run;

use super::{id, shown};
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/runs/{id}/cancel", params(("id" = String, Path)), responses((status = 200, body = Run)))]
pub(in crate::routes) async fn cancel(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Run>, Failure> {
    Ok(Json(shown(shared.app.cancel_run(&who.actor, id(&path)?).await?)))
}
