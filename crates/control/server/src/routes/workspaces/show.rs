//! `GET /workspaces/{id}`.

use axum::extract::{Path, State};
use cloister_api::workspaces::Workspace;

use super::{edited, id, shown};
use crate::{Shared, caller::Caller, etag::Tagged, problem::Failure};

#[utoipa::path(get, path = "/workspaces/{id}", params(("id" = String, Path)), responses((status = 200, body = Workspace, headers(("ETag" = String)))))]
pub(in crate::routes) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Tagged<Workspace>, Failure> {
    let shown = shown(shared.app.show_workspace(&who.actor, id(&path)?).await?);
    Tagged::by(&edited(&shown), shown)
}
