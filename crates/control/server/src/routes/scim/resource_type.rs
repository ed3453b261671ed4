//! `GET /ResourceTypes/{id}`.

use axum::{
    extract::{Path, State},
    response::Response,
};

use super::{Provider, json};
use crate::{
    Shared,
    problem::Failure,
    scim::{error::ScimFailure, schema::resource_types},
};

#[utoipa::path(get, path = "/ResourceTypes/{id}", params(("id" = String, Path)), responses((status = 200)))]
pub(in crate::routes) async fn resource_type(
    State(shared): State<Shared>,
    Provider(_): Provider,
    Path(id): Path<String>,
) -> Result<Response, ScimFailure> {
    let found = resource_types(&shared.public_url).into_iter().find(|one| one["id"] == id.as_str());
    match found {
        Some(found) => Ok(json(&found)),
        None => Err(Failure::new(404, "not-found", "there is no such resource type").into()),
    }
}
