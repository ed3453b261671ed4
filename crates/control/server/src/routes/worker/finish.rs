//! `POST /worker/runs/{id}/finish`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use cloister_api::worker::FinishReport;
use cloister_app::{AppError, work::worker::Finish};

use super::id;
use crate::{Shared, body::Body, caller::WorkerCaller, problem::Failure};

#[utoipa::path(post, path = "/worker/runs/{id}/finish", params(("id" = String, Path)), request_body = FinishReport,
    responses((status = 204)))]
pub(in crate::routes) async fn finish(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    path: Path<String>,
    Body(body): Body<FinishReport>,
) -> Result<StatusCode, Failure> {
    let report = serde_json::to_value(&body).map_err(AppError::internal)?;
    let finish = Finish {
        outcome: body.outcome,
        check: body.check,
        receipt: body.receipt.map(|receipt| receipt.0),
        outputs: body.outputs.into_iter().map(|o| (o.name, o.size, o.sha256)).collect(),
        report,
    };
    shared.app.finish_run(&actor, (id(&path)?, body.fence), &finish).await?;
    Ok(StatusCode::NO_CONTENT)
}
