//! `POST /worker/runs/{id}/release`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::worker::{InclusionDocument, ReleaseReport};
use cloister_app::{AppError, work::worker::NewRelease};

use super::id;
use crate::{Shared, body::Body, caller::WorkerCaller, problem::Failure};

#[utoipa::path(post, path = "/worker/runs/{id}/release", params(("id" = String, Path)), request_body = ReleaseReport,
    responses((status = 200, body = InclusionDocument)))]
pub(in crate::routes) async fn release(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    path: Path<String>,
    Body(body): Body<ReleaseReport>,
) -> Result<Json<InclusionDocument>, Failure> {
    let lease = (id(&path)?, body.fence);
    let new = NewRelease {
        record: body.record.0,
        challenge: body.challenge.0,
        transcript: body.transcript,
        evidence: body.evidence,
    };
    let included = shared.app.log_release(&actor, lease, &new).await?;
    Ok(Json(InclusionDocument(serde_json::to_value(&included).map_err(AppError::internal)?)))
}
