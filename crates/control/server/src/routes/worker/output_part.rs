//! `PUT /worker/runs/{id}/outputs/{name}/parts/{offset}`.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};

use super::{Fence, id};
use crate::{
    Shared,
    body::{Asked, place},
    caller::WorkerCaller,
    problem::Failure,
};

#[utoipa::path(put, path = "/worker/runs/{id}/outputs/{name}/parts/{offset}",
    params(("id" = String, Path), ("name" = String, Path), ("offset" = u64, Path), Fence),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 204)))]
pub(in crate::routes) async fn output_part(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    Path((run, name, offset)): Path<(String, String, String)>,
    Asked(Fence { fence }): Asked<Fence>,
    part: Bytes,
) -> Result<StatusCode, Failure> {
    let at = (name.as_str(), place(&Path(offset), "offset")?);
    shared.app.put_output_part(&actor, (id(&Path(run))?, fence), at, part).await?;
    Ok(StatusCode::NO_CONTENT)
}
