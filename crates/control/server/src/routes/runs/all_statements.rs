//! `GET /runs/{id}/statements`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::workspaces::WorkspaceStatements;

use super::id;
use crate::{Shared, caller::Caller, problem::Failure, routes::workspaces::statements};

#[utoipa::path(get, path = "/runs/{id}/statements", params(("id" = String, Path)),
    responses((status = 200, body = WorkspaceStatements)))]
pub(in crate::routes) async fn all_statements(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<WorkspaceStatements>, Failure> {
    Ok(Json(statements(shared.app.run_statements(&who.actor, id(&path)?).await?)))
}
