//! `PATCH /Groups/{id}`.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use crate::{
    Shared,
    routes::scim::{Provider, Sent, id},
    scim::{
        error::ScimFailure,
        group::{parse, shown, writable},
        patch::Patch,
        resource::if_match,
        schema::GROUPS,
    },
};

/// Answers without the group: it may have thousands of members.
#[utoipa::path(patch, path = "/Groups/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(in crate::routes) async fn change(
    State(shared): State<Shared>,
    Provider(who): Provider,
    Path(path): Path<String>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, ScimFailure> {
    let (url, patch) = (&shared.public_url, Patch::parse(&Value::Object(body))?);
    let edit = shared.app.change_group(&who, id(&path, "group")?, |now| {
        if_match(&headers, &shown(url, now))?;
        let mut all = writable(url, now);
        patch.apply(&GROUPS, &mut all)?;
        parse(&all)
    });
    let done = edit.await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Ok(tag) = HeaderValue::from_str(&shown(url, &done).version) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}
