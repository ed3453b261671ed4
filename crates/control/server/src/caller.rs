//! Who calls: the one place that authenticates.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use cloister_app::people::{secrets, sessions::Identity};
use cloister_authz::Actor;

use crate::{Shared, cookie, problem::Failure};

/// A signed-in user. Whoever is unknown, expired or switched off gets 401.
pub(crate) struct Caller(pub(crate) Identity);

/// Anyone: a user, or nobody.
pub(crate) struct Anyone(pub(crate) Actor);

/// A worker with the worker token.
pub(crate) struct WorkerCaller(pub(crate) Actor);

/// The credential that came with a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// The credential of a user: in the header, or in a browser's cookie.
fn credential<'a>(shared: &Shared, parts: &'a Parts) -> Result<Option<&'a str>, Failure> {
    if let Some(secret) = bearer(&parts.headers) {
        return Ok(Some(secret));
    }
    let secret = cookie::get(shared, &parts.headers, cookie::SESSION);
    if secret.is_some() && !cookie::same_site(&parts.method, &parts.headers) {
        let text = "a browser's session acts from this server's own pages only";
        return Err(Failure::new(403, "refused", text).checked("origin"));
    }
    Ok(secret)
}

/// The credential of a request that was authenticated before.
pub(crate) fn secret_of(shared: &Shared, headers: &HeaderMap) -> Option<String> {
    let cookie = || cookie::get(shared, headers, cookie::SESSION);
    bearer(headers).or_else(cookie).map(str::to_owned)
}

fn unauthenticated() -> Failure {
    Failure::new(401, "unauthenticated", "no valid session or token came with the request")
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Failure> {
        let secret = credential(shared, parts)?.ok_or_else(unauthenticated)?;
        shared.app.identify(secret).await?.map(Self).ok_or_else(unauthenticated)
    }
}

impl FromRequestParts<Shared> for Anyone {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Failure> {
        match credential(shared, parts)? {
            None => Ok(Self(Actor::Anonymous)),
            Some(secret) => match shared.app.identify(secret).await? {
                Some(who) => Ok(Self(who.actor)),
                None => Err(unauthenticated()),
            },
        }
    }
}

impl FromRequestParts<Shared> for WorkerCaller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Failure> {
        let secret = bearer(&parts.headers).ok_or_else(unauthenticated)?;
        // Comparing hashes: what an attacker learns from the time is of no use for guessing the token.
        if secrets::hash(secret) == *shared.worker_token {
            return Ok(Self(Actor::Worker));
        }
        match shared.app.identify(secret).await? {
            Some(_) => Err(Failure::new(403, "refused", "only workers do this")),
            None => Err(unauthenticated()),
        }
    }
}
