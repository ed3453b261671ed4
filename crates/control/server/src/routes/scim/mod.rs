//! SCIM 2.0: what an organisation's provider asks (`/scim/v2`). Not part of the API's document: the standard describes it.

mod config;
mod groups;
mod resource_type;
mod resource_types;
mod schema;
mod schemas;
mod search;
mod users;

use std::collections::BTreeMap;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use cloister_app::people::{scim::Provisioner, secrets};
use serde_json::{Map, Value};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Shared, body,
    caller::bearer,
    problem::Failure,
    scim::{
        MEDIA,
        error::ScimFailure,
        list,
        resource::{Shown, is_known, object},
    },
};

/// Every endpoint, with its description for the walk over them.
pub(super) fn endpoints() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(config::config))
        .routes(routes!(resource_types::resource_types))
        .routes(routes!(resource_type::resource_type))
        .routes(routes!(schemas::schemas))
        .routes(routes!(schema::schema))
        .routes(routes!(users::list::list, users::create::create))
        .routes(routes!(
            users::show::show,
            users::replace::replace,
            users::change::change,
            users::remove::remove
        ))
        .routes(routes!(groups::list::list, groups::create::create))
        .routes(routes!(
            groups::show::show,
            groups::replace::replace,
            groups::change::change,
            groups::remove::remove
        ))
        .routes(routes!(search::search))
}

/// A provider, by its token. Whoever else is signed in is refused; whoever nobody knows is not.
pub(crate) struct Provider(pub(crate) Provisioner);

impl FromRequestParts<Shared> for Provider {
    type Rejection = ScimFailure;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ScimFailure> {
        let unknown = || Failure::new(401, "unauthenticated", "no valid SCIM token came with the request");
        let secret = bearer(&parts.headers).ok_or_else(unknown)?;
        if let Some(who) = shared.app.provisioner(secret).await? {
            return Ok(Self(who));
        }
        if secrets::hash(secret) == *shared.worker_token || shared.app.identify(secret).await?.is_some() {
            let text = "only an organisation's provider does this, with its SCIM token";
            return Err(Failure::new(403, "refused", text).checked("permission").into());
        }
        Err(unknown().into())
    }
}

/// What is asked for in the URL.
pub(crate) struct Asked(pub(crate) list::Asked);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = ScimFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ScimFailure> {
        let query = body::Asked::<BTreeMap<String, String>>::from_request_parts(parts, state).await?;
        Ok(Self(list::Asked::of_query(&query.0)?))
    }
}

/// The object of a body.
pub(crate) struct Sent(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = ScimFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, ScimFailure> {
        match body::Body::<Value>::from_request(request, state).await {
            Ok(body::Body(value)) => Ok(Self(object(value)?)),
            Err(failure) if failure.0.status == 400 => {
                Err(ScimFailure::bad("invalidSyntax", failure.0.detail.unwrap_or_default()))
            }
            Err(failure) => Err(failure.into()),
        }
    }
}

/// The id of a path; what is no id is nobody's.
fn id<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, ScimFailure> {
    text.parse().map_err(|_| Failure::new(404, "not-found", format!("there is no such {what}")).into())
}

/// JSON as SCIM has it.
fn json(value: &Value) -> Response {
    let mut response = axum::Json(value).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
    response
}

/// A resource with its tag, as far as it is asked for.
fn answer(shown: Shown, asked: &list::Asked) -> Response {
    let tag = HeaderValue::from_str(&shown.version);
    let mut response = json(&asked.wanted.of(shown.value));
    if let Ok(tag) = tag {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The same for who may know this version already.
fn answer_to(headers: &HeaderMap, shown: Shown, asked: &list::Asked) -> Response {
    if is_known(headers, &shown) { StatusCode::NOT_MODIFIED.into_response() } else { answer(shown, asked) }
}

/// The same for what was made.
fn made(shown: Shown, asked: &list::Asked) -> Response {
    let location = HeaderValue::from_str(shown.location());
    let mut response = answer(shown, asked);
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
