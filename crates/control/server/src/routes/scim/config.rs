//! `GET /ServiceProviderConfig`.

use axum::{extract::State, response::Response};

use super::{Provider, json};
use crate::{
    Shared,
    scim::{error::ScimFailure, schema},
};

#[utoipa::path(get, path = "/ServiceProviderConfig", responses((status = 200)))]
pub(in crate::routes) async fn config(
    State(shared): State<Shared>,
    Provider(_): Provider,
) -> Result<Response, ScimFailure> {
    Ok(json(&schema::config(&shared.public_url)))
}
