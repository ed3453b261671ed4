//! `GET /Schemas/{id}`.

use axum::{
    extract::{Path, State},
    response::Response,
};

use super::{Provider, json};
use crate::{
    Shared,
    problem::Failure,
    scim::{error::ScimFailure, schema::schemas},
};

#[utoipa::path(get, path = "/Schemas/{id}", params(("id" = String, Path)), responses((status = 200)))]
pub(in crate::routes) async fn schema(
    State(shared): State<Shared>,
    Provider(_): Provider,
    Path(id): Path<String>,
) -> Result<Response, ScimFailure> {
    let found = schemas(&shared.public_url).into_iter().find(|one| one["id"] == id.as_str());
    match found {
        Some(found) => Ok(json(&found)),
        None => Err(Failure::new(404, "not-found", "there is no such schema").into()),
    }
}
