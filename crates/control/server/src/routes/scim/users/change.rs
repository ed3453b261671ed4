//! `PATCH /Users/{id}`.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use cloister_app::people::scim::Person;
use serde_json::Value;

use crate::{
    Shared,
    routes::scim::{Asked, Provider, Sent, answer, id},
    scim::{
        error::ScimFailure,
        patch::Patch,
        resource::if_match,
        schema::USERS,
        user::{parse, shown, writable},
    },
};

#[utoipa::path(patch, path = "/Users/{id}", params(("id" = String, Path)), responses((status = 200)))]
pub(in crate::routes) async fn change(
    State(shared): State<Shared>,
    Provider(who): Provider,
    Path(path): Path<String>,
    Asked(asked): Asked,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, ScimFailure> {
    let (url, patch) = (&shared.public_url, Patch::parse(&Value::Object(body))?);
    let edit = shared.app.change_provisioned(&who, id(&path, "user")?, |now| {
        if_match(&headers, &shown(url, now))?;
        let mut all = writable(&Person::from(now));
        patch.apply(&USERS, &mut all)?;
        parse(&all, true)
    });
    let done = edit.await?;
    Ok(answer(shown(url, &done), &asked))
}
