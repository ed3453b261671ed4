//! `PUT /worker/runs/{id}/outputs/{name}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use super::{Fence, id};
use crate::{
    Shared,
    body::{Asked, Raw},
    caller::WorkerCaller,
    problem::Failure,
};

#[utoipa::path(put, path = "/worker/runs/{id}/outputs/{name}", params(("id" = String, Path), ("name" = String, Path), Fence),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 204)))]
pub(in crate::routes) async fn output(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    Path((run, name)): Path<(String, String)>,
    Asked(Fence { fence }): Asked<Fence>,
    Raw(content): Raw,
) -> Result<StatusCode, Failure> {
    shared.app.put_output(&actor, (id(&Path(run))?, fence), &name, content).await?;
    Ok(StatusCode::NO_CONTENT)
}
