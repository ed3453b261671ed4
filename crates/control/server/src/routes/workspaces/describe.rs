//! `PATCH /workspaces/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::workspaces::{SetDescriptionRequest, Workspace};

use super::{id, shown};
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(patch, path = "/workspaces/{id}", params(("id" = String, Path)), request_body = SetDescriptionRequest,
    responses((status = 200, body = Workspace)))]
pub(in crate::routes) async fn describe(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<SetDescriptionRequest>,
) -> Result<Json<Workspace>, Failure> {
    Ok(Json(shown(shared.app.describe_workspace(&who.actor, id(&path)?, &body.description).await?)))
}
