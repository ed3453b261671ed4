//! `POST /jobs/{id}/tests`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::runs::{Run, RunBody};

use super::id;
use crate::{Shared, body::Body, caller::Caller, problem::Failure, routes::runs};

#[utoipa::path(post, path = "/jobs/{id}/tests", params(("id" = String, Path)), request_body = RunBody,
    responses((status = 200, body = Run)))]
pub(in crate::routes) async fn test(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<RunBody>,
) -> Result<Json<Run>, Failure> {
    Ok(Json(runs::shown(shared.app.test_job(&who.actor, id(&path)?, &body.statement.0).await?)))
}
