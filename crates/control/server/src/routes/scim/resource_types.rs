//! `GET /ResourceTypes`.

use axum::{extract::State, response::Response};

use super::{Asked, Provider, json};
use crate::{
    Shared,
    scim::{error::ScimFailure, list::all_of, schema},
};

#[utoipa::path(get, path = "/ResourceTypes", responses((status = 200)))]
pub(in crate::routes) async fn resource_types(
    State(shared): State<Shared>,
    Provider(_): Provider,
    Asked(_): Asked,
) -> Result<Response, ScimFailure> {
    Ok(json(&all_of(schema::resource_types(&shared.public_url))))
}
