//! `DELETE /jobs/{id}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use super::{id, shown};
use crate::{Shared, caller::Caller, etag::IfMatch, problem::Failure};

#[utoipa::path(delete, path = "/jobs/{id}", params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 204)))]
pub(in crate::routes) async fn delete(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    seen: IfMatch,
) -> Result<StatusCode, Failure> {
    let now = shared.app.show_job(&who.actor, id(&path)?).await?;
    let row = now.row.clone();
    seen.check(&shown(now)?)?;
    shared.app.delete_draft(&who.actor, &row).await?;
    Ok(StatusCode::NO_CONTENT)
}
