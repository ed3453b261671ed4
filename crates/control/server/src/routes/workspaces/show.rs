//! `GET /workspaces/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::workspaces::Workspace;

use super::{id, shown};
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/workspaces/{id}", params(("id" = String, Path)), responses((status = 200, body = Workspace)))]
pub(in crate::routes) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Workspace>, Failure> {
    Ok(Json(shown(shared.app.show_workspace(&who.actor, id(&path)?).await?)))
}
