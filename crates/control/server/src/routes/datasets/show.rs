//! `GET /datasets/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::datasets::Dataset;

use super::{id, shown};
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/datasets/{id}", params(("id" = String, Path)), responses((status = 200, body = Dataset)))]
pub(in crate::routes) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Dataset>, Failure> {
    Ok(Json(shown(shared.app.show_dataset(&who.actor, id(&path)?).await?)))
}
