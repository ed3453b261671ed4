//! `GET /auth/sign-in`: a button for each provider, passkeys, and the local account.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use maud::html;
use serde::Deserialize;

use super::page::{failed, page, scripted};
use crate::{Shared, problem::Failure};

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    back: String,
}

pub(super) async fn show(State(shared): State<Shared>, Query(wanted): Query<Wanted>) -> Response {
    match shown(&shared, &wanted.back, None).await {
        Ok(response) => response,
        Err(failure) => failed(&failure),
    }
}

/// The page; `wrong` says what was wrong with the last try.
pub(super) async fn shown(shared: &Shared, back: &str, wrong: Option<&Failure>) -> Result<Response, Failure> {
    let providers = shared.app.provider_names().await?;
    let status = wrong.map_or(StatusCode::OK, |failure| {
        StatusCode::from_u16(failure.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    });
    let query: String = url_encoded(back);
    let passkeys = shared.app.relying_party.is_some();
    let shape = if passkeys { scripted } else { page };
    Ok(shape(
        status,
        "Sign in to Cloister",
        &html! {
            @if let Some(failure) = wrong { p.wrong role="alert" { (failure.0.detail.as_deref().unwrap_or_default()) } }
            @for (id, name) in &providers {
                a.button.first href=(format!("/auth/oidc/{id}/start?back={query}")) { "Continue with " (name) }
            }
            @if !providers.is_empty() { hr; }
            @if passkeys {
                p #told.wrong role="alert" hidden {}
                form #enter hidden {
                    input type="hidden" name="back" value=(back);
                    button type="submit" { "Sign in with a passkey" }
                }
            }
            form method="post" action="/auth/sign-in" {
                input type="hidden" name="back" value=(back);
                label for="email" { "E-mail" }
                input #email name="email" type="email" autocomplete="username" required;
                label for="password" { "Password" }
                input #password name="password" type="password" autocomplete="current-password" required;
                button.first[providers.is_empty()] type="submit" { "Sign in with a local account" }
            }
        },
    ))
}

/// For a query's value.
fn url_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([byte]));
        }
        out
    })
}
