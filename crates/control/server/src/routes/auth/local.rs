//! `POST /auth/sign-in`: a local account, from the page's form.

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, Method},
    response::Response,
};
use cloister_model::Email;
use serde::Deserialize;

use super::{entered, local_path, page::failed, sign_in::shown};
use crate::{Shared, cookie, problem::Failure};

#[derive(Deserialize)]
pub(super) struct Entry {
    email: String,
    password: String,
    #[serde(default)]
    back: String,
}

async fn signed_in(shared: &Shared, entry: Entry) -> Result<Response, Failure> {
    let email: Email =
        entry.email.trim().parse().map_err(|_| Failure::new(400, "invalid", "this is no e-mail address"))?;
    let done = shared.app.sign_in(&email, entry.password).await?;
    entered(shared, &done, local_path(&entry.back))
}

pub(super) async fn enter(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(entry): Form<Entry>,
) -> Response {
    // Another site must not sign somebody in here under its own account.
    if !cookie::same_site(&Method::POST, &headers) {
        return failed(&Failure::new(403, "refused", "this form came from another site").checked("origin"));
    }
    let back = entry.back.clone();
    match signed_in(&shared, entry).await {
        Ok(response) => response,
        Err(failure) => shown(&shared, &back, Some(&failure)).await.unwrap_or_else(|e| failed(&e)),
    }
}
