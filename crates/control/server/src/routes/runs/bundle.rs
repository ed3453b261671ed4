//! `GET /runs/{id}/bundle`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use cloister_api::runs::BundleDocument;

use super::id;
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/runs/{id}/bundle", params(("id" = String, Path)),
    responses((status = 200, body = BundleDocument, description = "the bundle's exact bytes")))]
pub(in crate::routes) async fn bundle(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Response, Failure> {
    let encoded = shared.app.run_bundle(&who.actor, id(&path)?).await?;
    Response::builder()
        .header(axum::http::header::CONTENT_TYPE, "application/json")
        .body(encoded.into())
        .map_err(|e| Failure::new(500, "internal", format!("the answer cannot be made: {e}")))
}
