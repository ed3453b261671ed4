//! `GET /log/tile/{*path}`.

use axum::extract::{Path, State};

use crate::{Shared, caller::Anyone, problem::Failure};

#[utoipa::path(get, path = "/log/tile/{*path}", params(("path" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream")))]
pub(in crate::routes) async fn tile(
    State(shared): State<Shared>,
    Anyone(actor): Anyone,
    Path(path): Path<String>,
) -> Result<Vec<u8>, Failure> {
    Ok(shared.app.tile(&actor, &path).await?)
}
