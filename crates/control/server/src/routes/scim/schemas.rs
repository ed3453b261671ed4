//! `GET /Schemas`.

use axum::{extract::State, response::Response};

use super::{Asked, Provider, json};
use crate::{
    Shared,
    scim::{error::ScimFailure, list::all_of, schema},
};

#[utoipa::path(get, path = "/Schemas", responses((status = 200)))]
pub(in crate::routes) async fn schemas(
    State(shared): State<Shared>,
    Provider(_): Provider,
    Asked(_): Asked,
) -> Result<Response, ScimFailure> {
    Ok(json(&all_of(schema::schemas(&shared.public_url))))
}
