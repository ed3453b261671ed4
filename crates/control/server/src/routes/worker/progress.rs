//! `POST /worker/runs/{id}/progress`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::worker::{GoOn, ProgressReport};

use super::id;
use crate::{Shared, body::Body, caller::WorkerCaller, problem::Failure};

#[utoipa::path(post, path = "/worker/runs/{id}/progress", params(("id" = String, Path)), request_body = ProgressReport,
    responses((status = 200, body = GoOn)))]
pub(in crate::routes) async fn progress(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    path: Path<String>,
    Body(body): Body<ProgressReport>,
) -> Result<Json<GoOn>, Failure> {
    let lease = (id(&path)?, body.fence);
    let cancelled = shared.app.run_progress(&actor, lease, &body.stage, body.share).await?;
    Ok(Json(GoOn { cancelled }))
}
