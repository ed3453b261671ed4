//! `GET /.well-known/security.txt` (RFC 9116).

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use cloister_model::Duration;

use crate::{Shared, problem::Failure};

/// The file is good for so long, and always fresh.
const LIFE: Duration = Duration::days(30);

pub(super) async fn security(State(shared): State<Shared>) -> Result<Response, Failure> {
    let Some(contact) = &shared.security_contact else {
        return Err(Failure::new(404, "not-found", "the operator named no contact (`--security-contact`)"));
    };
    let expires = shared.app.now().plus(LIFE);
    let text = format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\n");
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
