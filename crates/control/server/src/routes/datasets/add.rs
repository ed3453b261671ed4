//! `POST /datasets`.

use axum::{Json, extract::State};
use cloister_api::datasets::{Dataset, ManifestBody};

use super::shown;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/datasets", request_body = ManifestBody, responses((status = 200, body = Dataset)))]
pub(in crate::routes) async fn add(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<ManifestBody>,
) -> Result<Json<Dataset>, Failure> {
    if !body.shares.is_empty() {
        return Err(Failure::new(422, "unprocessable", "a new dataset is shared by its own requests"));
    }
    Ok(Json(shown(shared.app.add_dataset(&who.actor, &body.manifest.0, &body.owner_key).await?)))
}
