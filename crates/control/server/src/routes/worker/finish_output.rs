//! `POST /worker/runs/{id}/outputs/{name}/finish`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use cloister_api::datasets::FinishUpload;

use super::{Fence, id};
use crate::{
    Shared,
    body::{Asked, Body},
    caller::WorkerCaller,
    problem::Failure,
};

#[utoipa::path(post, path = "/worker/runs/{id}/outputs/{name}/finish",
    params(("id" = String, Path), ("name" = String, Path), Fence), request_body = FinishUpload,
    responses((status = 204)))]
pub(in crate::routes) async fn finish_output(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    Path((run, name)): Path<(String, String)>,
    Asked(Fence { fence }): Asked<Fence>,
    Body(body): Body<FinishUpload>,
) -> Result<StatusCode, Failure> {
    let lease = (id(&Path(run))?, fence);
    shared.app.finish_output(&actor, lease, &name, (body.size, body.sha256)).await?;
    Ok(StatusCode::NO_CONTENT)
}
