//! `POST /workspaces/{id}/jobs`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::jobs::{Draft, Job};

use super::{shown, text};
use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    problem::Failure,
};

#[utoipa::path(post, path = "/workspaces/{id}/jobs", params(("id" = String, Path)), request_body = Draft,
    responses((status = 200, body = Job)))]
pub(in crate::routes) async fn create(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(draft): Body<Draft>,
) -> Result<Json<Job>, Failure> {
    let content = text(&draft)?;
    let workspace = place(&path, "workspace")?;
    Ok(Json(shown(shared.app.create_job(&who.actor, workspace, draft.name, content).await?)?))
}
