//! `PUT /jobs/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::jobs::{Draft, Job};

use super::{id, shown, text};
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(put, path = "/jobs/{id}", params(("id" = String, Path)), request_body = Draft,
    responses((status = 200, body = Job)))]
pub(in crate::routes) async fn change(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(draft): Body<Draft>,
) -> Result<Json<Job>, Failure> {
    let content = text(&draft)?;
    Ok(Json(shown(shared.app.change_draft(&who.actor, id(&path)?, &draft.name, &content).await?)?))
}
