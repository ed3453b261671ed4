//! Whether the server lives, and whether it can serve.

use axum::{extract::State, http::StatusCode};

use crate::Shared;

pub(super) async fn alive() -> StatusCode {
    StatusCode::OK
}

/// Ready: the database answers and the broker serves.
pub(super) async fn ready(State(shared): State<Shared>) -> StatusCode {
    let database = shared.app.log_size().await.is_ok();
    let broker = shared.app.broker_serves().await;
    if database && broker { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}
