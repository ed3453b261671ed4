//! `POST /auth/passkey`, which signs a browser in, and `GET /auth/passkeys`, where somebody adds a passkey.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use cloister_app::{people::sessions::Identity, work::Paging};
use maud::html;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    entered_cookies, local_path,
    page::{failed, scripted},
    visitor,
};
use crate::{Shared, body::Body, cookie, problem::Failure};

const SCRIPT: &str = include_str!("passkey.js");
/// More than anybody can have.
const ALL: u64 = 100;

/// The one script.
pub(super) async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript"), (header::CACHE_CONTROL, "max-age=3600")], SCRIPT)
        .into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    ceremony: String,
    credential: Value,
    #[serde(default)]
    back: String,
}

/// The session goes into the cookie; the page's script goes where the answer says.
pub(super) async fn enter(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Body(answer): Body<Answer>,
) -> Result<Response, Failure> {
    // Another site must not sign somebody in here under its own account.
    if !cookie::same_site(&Method::POST, &headers) {
        return Err(Failure::new(403, "refused", "this answer came from another site").checked("origin"));
    }
    let done = shared.app.passkey_sign_in(&answer.ceremony, answer.credential).await?;
    let mut response = Json(json!({ "to": local_path(&answer.back) })).into_response();
    entered_cookies(&shared, &done, &mut response)?;
    Ok(response)
}

/// The page.
pub(super) async fn show(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    match visitor(&shared, &headers).await {
        Ok(None) => Redirect::to("/auth/sign-in?back=/auth/passkeys").into_response(),
        Ok(Some(who)) => shown(&shared, &who).await.unwrap_or_else(|failure| failed(&failure)),
        Err(failure) => failed(&failure),
    }
}

async fn shown(shared: &Shared, who: &Identity) -> Result<Response, Failure> {
    let rows = shared.app.passkeys(who, &Paging { after: String::new(), limit: ALL }).await?;
    Ok(scripted(
        StatusCode::OK,
        "Your passkeys",
        &html! {
            @if rows.is_empty() { p { b { (who.user.email.as_str()) } " has no passkey yet." } }
            @for row in &rows {
                p { b { (row.name) } br; "since " (row.created.to_string().get(..10).unwrap_or_default()) }
            }
            p #told.wrong role="alert" hidden {}
            form #add hidden {
                label for="name" { "Name" }
                input #name name="name" maxlength="100" placeholder="laptop, security key ..." required;
                label for="password" { "Password, unless you have just signed in" }
                input #password name="password" type="password" autocomplete="current-password";
                button.first type="submit" { "Add a passkey" }
            }
        },
    ))
}
