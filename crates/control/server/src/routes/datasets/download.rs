//! `GET /datasets/{id}/files/{version}/{name}`.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};

use super::id;
use crate::{Shared, body::place, caller::Caller, problem::Failure, routes::bytes};

#[utoipa::path(get, path = "/datasets/{id}/files/{version}/{name}",
    params(("id" = String, Path), ("version" = u32, Path), ("name" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 206, content_type = "application/octet-stream")))]
pub(in crate::routes) async fn download(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Path((dataset, version, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let dataset = id(&Path(dataset))?;
    let version = place(&Path(version), "version")?;
    let range = bytes::range(&headers)?;
    let content = shared.app.download(&who.actor, dataset, (version, &name), range.clone()).await?;
    bytes::answer(content, range)
}
