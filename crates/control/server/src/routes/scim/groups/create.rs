//! `POST /Groups`.

use axum::{extract::State, response::Response};

use crate::{
    Shared,
    routes::scim::{Asked, Provider, Sent, made},
    scim::{
        error::ScimFailure,
        group::{parse, shown},
    },
};

#[utoipa::path(post, path = "/Groups", responses((status = 201)))]
pub(in crate::routes) async fn create(
    State(shared): State<Shared>,
    Provider(who): Provider,
    Asked(asked): Asked,
    Sent(body): Sent,
) -> Result<Response, ScimFailure> {
    let done = shared.app.provision_group(&who, parse(&body)?).await?;
    Ok(made(shown(&shared.public_url, &done), &asked))
}
