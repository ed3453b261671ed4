//! `GET /auth/session`: whether the browser's cookie is a live session.

use axum::{Json, extract::State, http::HeaderMap};
use serde::Serialize;

use super::super::visitor;
use crate::{Shared, problem::Failure};

#[derive(Serialize)]
pub(super) struct Shown {
    signed_in: bool,
}

/// For anybody, and never a refusal: the console asks it before it asks anything else.
pub(super) async fn show(State(shared): State<Shared>, headers: HeaderMap) -> Result<Json<Shown>, Failure> {
    let found = visitor(&shared, &headers).await?;
    Ok(Json(Shown { signed_in: found.is_some() }))
}
