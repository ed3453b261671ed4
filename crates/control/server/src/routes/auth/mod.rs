//! Signing in by browser, and the device grant: pages and redirects outside `/api`.

mod device;
mod local;
mod logout;
mod page;
mod passkeys;
mod session;
mod sign_in;
mod sso;

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use cloister_app::people::sessions::{Identity, SignedIn};

use crate::{Shared, cookie, problem::Failure};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/auth/sign-in", get(sign_in::show).post(local::enter))
        .route("/auth/style.css", get(page::style))
        .route("/auth/passkey.js", get(passkeys::script))
        .route("/auth/passkey", post(passkeys::enter))
        .route("/auth/passkeys", get(passkeys::show))
        .route("/auth/oidc/{provider}/start", get(sso::start))
        .route("/auth/oidc/callback", get(sso::callback))
        .route("/auth/oidc/{provider}/backchannel-logout", post(logout::logout))
        .route("/auth/device_authorization", post(device::authorization))
        .route("/auth/token", post(device::token))
        .route("/device", get(device::show).post(device::answer))
        .merge(session::routes())
}

/// Whose session the browser's cookie is.
async fn visitor(shared: &Shared, headers: &HeaderMap) -> Result<Option<Identity>, Failure> {
    match cookie::get(shared, headers, cookie::SESSION) {
        Some(secret) => match shared.app.identify(secret).await {
            Ok(found) => Ok(found),
            Err(cloister_app::AppError::Expired(_)) => Ok(None),
            Err(error) => Err(error.into()),
        },
        None => Ok(None),
    }
}

/// The cookie of a session that has just begun.
fn session_cookie(shared: &Shared, done: &SignedIn) -> Result<HeaderValue, Failure> {
    let left = done.session.expires.since(done.session.created).micros() / 1_000_000;
    cookie::set(shared, cookie::SESSION, &done.token, left)
}

/// Signed in: the session goes into the cookie, the browser goes on.
fn entered(shared: &Shared, done: &SignedIn, back: &str) -> Result<Response, Failure> {
    let mut response = Redirect::to(back).into_response();
    entered_cookies(shared, done, &mut response)?;
    Ok(response)
}

fn entered_cookies(shared: &Shared, done: &SignedIn, response: &mut Response) -> Result<(), Failure> {
    response.headers_mut().append(header::SET_COOKIE, session_cookie(shared, done)?);
    response.headers_mut().append(header::SET_COOKIE, cookie::set(shared, cookie::LEAVING, "", 0)?);
    Ok(())
}

/// Where a browser goes after signing in: a path here, never another site.
fn local_path(back: &str) -> &str {
    let path = back.starts_with('/') && !back.starts_with("//") && !back.contains('\\');
    if path { back } else { "/" }
}

/// Signed in: the session goes into the cookie, and nowhere else.
fn carried(shared: &Shared, done: &SignedIn) -> Result<Response, Failure> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().append(header::SET_COOKIE, session_cookie(shared, done)?);
    Ok(response)
}
