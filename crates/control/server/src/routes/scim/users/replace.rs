//! `PUT /Users/{id}`.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};

use crate::{
    Shared,
    routes::scim::{Asked, Provider, Sent, answer, id},
    scim::{
        error::ScimFailure,
        resource::if_match,
        user::{parse, shown},
    },
};

#[utoipa::path(put, path = "/Users/{id}", params(("id" = String, Path)), responses((status = 200)))]
pub(in crate::routes) async fn replace(
    State(shared): State<Shared>,
    Provider(who): Provider,
    Path(path): Path<String>,
    Asked(asked): Asked,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, ScimFailure> {
    let url = &shared.public_url;
    let edit = shared.app.change_provisioned(&who, id(&path, "user")?, |now| {
        if_match(&headers, &shown(url, now))?;
        parse(&body, !now.user.disabled)
    });
    let done = edit.await?;
    Ok(answer(shown(url, &done), &asked))
}
