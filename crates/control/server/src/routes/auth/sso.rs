//! `GET /auth/oidc/{provider}/start` and `GET /auth/oidc/callback`.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
};
use cloister_app::AppError;
use serde::Deserialize;
use uuid::Uuid;

use super::{entered, page::failed};
use crate::{
    Shared, cookie,
    oidc::{Callback, Route},
    problem::Failure,
};

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    back: String,
}

fn redirect(shared: &Shared) -> String {
    format!("{}/auth/oidc/callback", shared.public_url)
}

async fn away(shared: &Shared, provider: &str, back: &str) -> Result<Response, Failure> {
    let id: Uuid = provider.parse().map_err(|_| AppError::Absent("provider"))?;
    let (provider, secret) = shared.app.provider(id).await?;
    let departing = shared.app.depart(id, if back.is_empty() { "/" } else { back }).await?;
    let route = Route { provider: &provider, secret, redirect: redirect(shared) };
    let url = shared.providers.away(&route, &departing).await?;
    let mut response = Redirect::to(&url).into_response();
    let mark = cookie::set(shared, cookie::LEAVING, &departing.browser, 600)?;
    response.headers_mut().append(header::SET_COOKIE, mark);
    Ok(response)
}

/// To the provider.
pub(super) async fn start(
    State(shared): State<Shared>,
    Path(provider): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    away(&shared, &provider, &wanted.back).await.unwrap_or_else(|failure| failed(&failure))
}

async fn back(shared: &Shared, headers: &HeaderMap, callback: Callback) -> Result<Response, Failure> {
    let browser = cookie::get(shared, headers, cookie::LEAVING).unwrap_or_default();
    let departure = shared.app.returning(&callback.state, browser).await?;
    let (provider, secret) = shared.app.provider(departure.provider).await?;
    let route = Route { provider: &provider, secret, redirect: redirect(shared) };
    let arrival = shared.providers.back(&route, &departure, callback).await?;
    let done = shared.app.arrive(&provider, arrival).await?;
    entered(shared, &done, &departure.back)
}

/// From the provider.
pub(super) async fn callback(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Query(callback): Query<Callback>,
) -> Response {
    back(&shared, &headers, callback).await.unwrap_or_else(|failure| failed(&failure))
}
