//! `GET /runs/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::runs::Run;

use super::{id, shown};
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/runs/{id}", params(("id" = String, Path)), responses((status = 200, body = Run)))]
pub(in crate::routes) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Run>, Failure> {
    Ok(Json(shown(shared.app.show_run(&who.actor, id(&path)?).await?)))
}
