//! `GET /Groups/{id}`.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};

use crate::{
    Shared,
    routes::scim::{Asked, Provider, answer_to, id},
    scim::{error::ScimFailure, group::shown},
};

#[utoipa::path(get, path = "/Groups/{id}", params(("id" = String, Path)), responses((status = 200)))]
pub(in crate::routes) async fn show(
    State(shared): State<Shared>,
    Provider(who): Provider,
    Path(path): Path<String>,
    Asked(asked): Asked,
    headers: HeaderMap,
) -> Result<Response, ScimFailure> {
    let found = shared.app.provisioned_group(&who, id(&path, "group")?).await?;
    Ok(answer_to(&headers, shown(&shared.public_url, &found), &asked))
}
