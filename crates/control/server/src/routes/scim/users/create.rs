//! `POST /Users`.

use axum::{extract::State, response::Response};

use crate::{
    Shared,
    routes::scim::{Asked, Provider, Sent, made},
    scim::{
        error::ScimFailure,
        user::{parse, shown},
    },
};

#[utoipa::path(post, path = "/Users", responses((status = 201)))]
pub(in crate::routes) async fn create(
    State(shared): State<Shared>,
    Provider(who): Provider,
    Asked(asked): Asked,
    Sent(body): Sent,
) -> Result<Response, ScimFailure> {
    let done = shared.app.provision_user(&who, parse(&body, true)?).await?;
    Ok(made(shown(&shared.public_url, &done), &asked))
}
