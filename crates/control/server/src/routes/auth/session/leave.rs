//! `DELETE /auth/session`: ends the session of the cookie, and the cookie.

use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use super::{super::visitor, own_page};
use crate::{Shared, cookie, problem::Failure};

/// A session that is over already leaves its cookie behind: that goes too.
pub(super) async fn leave(State(shared): State<Shared>, headers: HeaderMap) -> Result<Response, Failure> {
    own_page(&Method::DELETE, &headers)?;
    if let Some(who) = visitor(&shared, &headers).await?
        && let Some(session) = who.session
    {
        shared.app.end_session(&who, session).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie::set(&shared, cookie::SESSION, "", 0)?);
    Ok(response)
}
