//! `POST /workspaces`.

use axum::{Json, extract::State};
use cloister_api::workspaces::{NewWorkspaceRequest, Workspace};
use cloister_app::work::workspaces::Unsigned;

use super::shown;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/workspaces", request_body = NewWorkspaceRequest, responses((status = 200, body = Workspace)))]
pub(in crate::routes) async fn create(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<NewWorkspaceRequest>,
) -> Result<Json<Workspace>, Failure> {
    let unsigned = Unsigned { description: body.description, templates: body.templates };
    Ok(Json(shown(shared.app.create_workspace(&who.actor, &body.charter.0, unsigned).await?)))
}
