//! `GET /jobs/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::jobs::Job;

use super::{id, shown};
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/jobs/{id}", params(("id" = String, Path)), responses((status = 200, body = Job)))]
pub(in crate::routes) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Job>, Failure> {
    Ok(Json(shown(shared.app.show_job(&who.actor, id(&path)?).await?)?))
}
