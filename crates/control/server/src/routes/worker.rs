//! What workers ask: leases, progress, release records, ciphertext, outputs, the end.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use cloister_api::{
    Envelope,
    worker::{
        FinishReport, GoOn, InclusionDocument, Lease, LeaseRequest, LeasedTable, ProgressReport,
        ReleaseReport,
    },
};
use cloister_app::{
    AppError,
    work::worker::{Asker, Finish, Leased, NewRelease},
};
use cloister_model::{RunId, states::RunKind};
use serde::Deserialize;

use super::bytes;
use crate::{
    Shared,
    body::{Body, place},
    caller::WorkerCaller,
    problem::Failure,
};

fn shown(leased: Leased) -> Lease {
    let kind = match leased.row.kind {
        RunKind::Real => "real",
        RunKind::Test => "test",
    };
    let tables = leased
        .tables
        .into_iter()
        .map(|t| LeasedTable {
            sql_name: t.sql_name,
            manifest: t.manifest,
            dataset: t.dataset,
            sealed_key: t.sealed_key,
        })
        .collect();
    Lease {
        run: leased.row.id,
        fence: leased.fence,
        kind: kind.into(),
        spec: leased.row.spec,
        statements: leased.statements.into_iter().map(Envelope).collect(),
        tables,
    }
}

fn id(path: &Path<String>) -> Result<RunId, Failure> {
    place(path, "run")
}

/// The fence of the lease.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Fence {
    /// As the lease gave it.
    fence: i64,
}

#[utoipa::path(post, path = "/worker/leases", request_body = LeaseRequest,
    responses((status = 200, body = Lease), (status = 204, description = "no work came")))]
pub(super) async fn lease(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    Body(body): Body<LeaseRequest>,
) -> Result<Response, Failure> {
    let asker = Asker::new(body.name.as_deref(), body.simulated, body.measurement.as_deref())?;
    Ok(match shared.app.lease_run(&actor, &asker, body.wait_seconds).await? {
        Some(leased) => Json(shown(leased)).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

#[utoipa::path(post, path = "/worker/runs/{id}/progress", params(("id" = String, Path)), request_body = ProgressReport,
    responses((status = 200, body = GoOn)))]
pub(super) async fn progress(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    path: Path<String>,
    Body(body): Body<ProgressReport>,
) -> Result<Json<GoOn>, Failure> {
    let lease = (id(&path)?, body.fence);
    let cancelled = shared.app.run_progress(&actor, lease, &body.stage, body.share).await?;
    Ok(Json(GoOn { cancelled }))
}

#[utoipa::path(post, path = "/worker/runs/{id}/release", params(("id" = String, Path)), request_body = ReleaseReport,
    responses((status = 200, body = InclusionDocument)))]
pub(super) async fn release(
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

#[utoipa::path(get, path = "/worker/runs/{id}/files/{dataset}/{version}/{name}",
    params(("id" = String, Path), ("dataset" = String, Path), ("version" = u32, Path), ("name" = String, Path), Fence),
    responses((status = 200, content_type = "application/octet-stream"), (status = 206, content_type = "application/octet-stream")))]
pub(super) async fn ciphertext(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    Path((run, dataset, version, name)): Path<(String, String, String, String)>,
    Query(Fence { fence }): Query<Fence>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let lease = (id(&Path(run))?, fence);
    let file = (place(&Path(dataset), "dataset")?, place(&Path(version), "version")?, name.as_str());
    let range = bytes::range(&headers)?;
    bytes::answer(shared.app.run_ciphertext(&actor, lease, file, range.clone()).await?, range)
}

#[utoipa::path(put, path = "/worker/runs/{id}/outputs/{name}", params(("id" = String, Path), ("name" = String, Path), Fence),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 204)))]
pub(super) async fn output(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    Path((run, name)): Path<(String, String)>,
    Query(Fence { fence }): Query<Fence>,
    content: Bytes,
) -> Result<StatusCode, Failure> {
    shared.app.put_output(&actor, (id(&Path(run))?, fence), &name, content).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/worker/runs/{id}/finish", params(("id" = String, Path)), request_body = FinishReport,
    responses((status = 204)))]
pub(super) async fn finish(
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
