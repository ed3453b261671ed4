//! `GET /log/checkpoint`.

use axum::extract::State;

use crate::{Shared, caller::Anyone, problem::Failure};

#[utoipa::path(get, path = "/log/checkpoint", responses((status = 200, content_type = "text/plain")))]
pub(in crate::routes) async fn checkpoint(
    State(shared): State<Shared>,
    _caller: Anyone,
) -> Result<String, Failure> {
    Ok(shared.app.log.checkpoint().await?)
}
