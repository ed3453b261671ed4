//! `PATCH /workspaces/{id}`.

use axum::extract::{Path, State};
use cloister_api::workspaces::{ChangeWorkspaceRequest, Workspace};
use cloister_app::work::workspaces::Unsigned;

use super::{edited, id, shown};
use crate::{
    Shared,
    body::Body,
    caller::Caller,
    etag::{IfMatch, Tagged},
    problem::Failure,
};

#[utoipa::path(patch, path = "/workspaces/{id}", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = ChangeWorkspaceRequest,
    responses((status = 200, body = Workspace, headers(("ETag" = String)))))]
pub(in crate::routes) async fn describe(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    seen: IfMatch,
    Body(body): Body<ChangeWorkspaceRequest>,
) -> Result<Tagged<Workspace>, Failure> {
    let id = id(&path)?;
    let now = shared.app.show_workspace(&who.actor, id).await?;
    let before = now.row.clone();
    seen.check(&edited(&shown(now)))?;
    let wanted = Unsigned { description: body.description, templates: body.templates };
    let shown = shown(shared.app.describe_workspace(&who.actor, id, (&before, wanted)).await?);
    Tagged::by(&edited(&shown), shown)
}
