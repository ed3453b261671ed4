//! The device grant (RFC 8628): what a command line asks, and the page on which a person answers.

use axum::{
    Form, Json,
    extract::{Query, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use cloister_app::people::sso::{Approve, DeviceState};
use maud::html;
use serde::Deserialize;
use serde_json::json;

use super::{
    page::{failed, page},
    visitor,
};
use crate::{Shared, cookie, problem::Failure};

/// The one client: our own command line.
const CLIENT: &str = "cloister-cli";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

#[derive(Deserialize)]
pub(super) struct Ask {
    client_id: String,
}

/// An error as RFC 6749 words it.
fn error(word: &str, text: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": word, "error_description": text }))).into_response()
}

/// `POST /auth/device_authorization`.
pub(super) async fn authorization(
    State(shared): State<Shared>,
    Form(ask): Form<Ask>,
) -> Result<Response, Failure> {
    if ask.client_id != CLIENT {
        return Ok(error("invalid_client", "the only client here is `cloister-cli`"));
    }
    let asked = shared.app.ask_device().await?;
    let uri = format!("{}/device", shared.public_url);
    let body = json!({
        "device_code": asked.device,
        "user_code": asked.code,
        "verification_uri_complete": format!("{uri}?code={}", asked.code),
        "verification_uri": uri,
        "expires_in": asked.expires_in,
        "interval": asked.interval,
    });
    Ok(Json(body).into_response())
}

#[derive(Deserialize)]
pub(super) struct Poll {
    grant_type: String,
    client_id: String,
    #[serde(default)]
    device_code: String,
}

/// `POST /auth/token`.
pub(super) async fn token(State(shared): State<Shared>, Form(poll): Form<Poll>) -> Result<Response, Failure> {
    if poll.client_id != CLIENT {
        return Ok(error("invalid_client", "the only client here is `cloister-cli`"));
    }
    if poll.grant_type != GRANT {
        return Ok(error("unsupported_grant_type", "only the device grant is offered"));
    }
    Ok(match shared.app.poll_device(&poll.device_code).await? {
        DeviceState::Pending => error("authorization_pending", "nobody has answered yet"),
        DeviceState::SlowDown => error("slow_down", "ask less often"),
        DeviceState::Denied => error("access_denied", "the person refused"),
        DeviceState::Expired => error("expired_token", "the code is used, unknown or too old"),
        DeviceState::SignedIn(done) => {
            let left = done.session.expires.since(done.session.created).micros() / 1_000_000;
            let user = crate::routes::people::user(done.user, None);
            let body = json!({
                "access_token": done.token,
                "token_type": "Bearer",
                "expires_in": left,
                "session": done.session.id,
                "expires": done.session.expires,
                "user": user,
            });
            Json(body).into_response()
        }
    })
}

#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    code: String,
}

/// `GET /device`.
pub(super) async fn show(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Response {
    let code: String = shown.code.chars().filter(|c| c.is_ascii_alphabetic() || *c == '-').take(9).collect();
    match visitor(&shared, &headers).await {
        Err(failure) => failed(&failure),
        Ok(None) => Redirect::to(&format!("/auth/sign-in?back=/device%3Fcode%3D{code}")).into_response(),
        Ok(Some(_)) if code.is_empty() => page(
            StatusCode::OK,
            "Connect a command line",
            &html! {
                p { "Type the code that " code { "cloister login" } " shows." }
                form method="get" action="/device" {
                    label for="code" { "Code" }
                    input #code name="code" autocomplete="off" autofocus required;
                    button.first type="submit" { "Continue" }
                }
            },
        ),
        Ok(Some(who)) => match shared.app.device_waits(&code).await {
            Err(error) => failed(&error.into()),
            Ok(false) => failed(&Failure::new(
                404,
                "not-found",
                "no command line waits under this code: it is used or too old",
            )),
            Ok(true) => page(
                StatusCode::OK,
                "Connect a command line",
                &html! {
                    p { "A command line asks to act as " b { (who.user.email.as_str()) } ". Is this the code it shows?" }
                    p.code { (code) }
                    form method="post" action="/device" {
                        input type="hidden" name="code" value=(code);
                        button.first name="answer" value="yes" type="submit" { "Yes, connect it" }
                        button name="answer" value="no" type="submit" { "No, I did not ask for this" }
                    }
                },
            ),
        },
    }
}

#[derive(Deserialize)]
pub(super) struct Answer {
    code: String,
    answer: String,
}

async fn answered(shared: &Shared, headers: &HeaderMap, sent: &Answer) -> Result<Response, Failure> {
    if !cookie::same_site(&Method::POST, headers) {
        return Err(Failure::new(403, "refused", "this form came from another site").checked("origin"));
    }
    let who = visitor(shared, headers).await?;
    let who = who.ok_or_else(|| Failure::new(401, "unauthenticated", "sign in first"))?;
    let (approve, title, text) = match sent.answer.as_str() {
        "yes" => (Approve::Yes, "Connected", "The command line is signed in. You can close this page."),
        "no" => (Approve::No, "Refused", "The command line was told so. You can close this page."),
        _other => return Err(Failure::new(400, "invalid", "the answer is `yes` or `no`")),
    };
    shared.app.answer_device(&who, &sent.code, approve).await?;
    Ok(page(StatusCode::OK, title, &html! { p { (text) } }))
}

/// `POST /device`.
pub(super) async fn answer(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(sent): Form<Answer>,
) -> Response {
    answered(&shared, &headers, &sent).await.unwrap_or_else(|failure| failed(&failure))
}
