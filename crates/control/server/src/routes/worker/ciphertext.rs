//! `GET /worker/runs/{id}/files/{dataset}/{version}/{name}`.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};

use super::{Fence, id};
use crate::{
    Shared,
    body::{Asked, place},
    caller::WorkerCaller,
    problem::Failure,
    routes::bytes,
};

#[utoipa::path(get, path = "/worker/runs/{id}/files/{dataset}/{version}/{name}",
    params(("id" = String, Path), ("dataset" = String, Path), ("version" = u32, Path), ("name" = String, Path), Fence),
    responses((status = 200, content_type = "application/octet-stream"), (status = 206, content_type = "application/octet-stream"),
        (status = 409, body = cloister_api::Problem, content_type = "application/problem+json", description = "the lease is not the live one")))]
pub(in crate::routes) async fn ciphertext(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    Path((run, dataset, version, name)): Path<(String, String, String, String)>,
    Asked(Fence { fence }): Asked<Fence>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let lease = (id(&Path(run))?, fence);
    let file = (place(&Path(dataset), "dataset")?, place(&Path(version), "version")?, name.as_str());
    let range = bytes::range(&headers)?;
    bytes::answer(shared.app.run_ciphertext(&actor, lease, file, range.clone()).await?, range)
}
