//! `GET /runs/{id}/outputs/{name}`.

use axum::{
    extract::{Path, State},
    response::Response,
};

use super::id;
use crate::{Shared, caller::Caller, problem::Failure, routes::bytes};

#[utoipa::path(get, path = "/runs/{id}/outputs/{name}", params(("id" = String, Path), ("name" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream")))]
pub(in crate::routes) async fn output(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Path((run, name)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let content = shared.app.read_output(&who.actor, id(&Path(run))?, &name).await?;
    bytes::answer(content, None)
}
