//! Whether the server lives, and whether it can serve.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;

use crate::Shared;

/// How long database and broker may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);
const FINE: &str = "ok";
const SILENT: &str = "no answer";

/// What it takes to serve, each part `ok` or what is wrong with it.
#[derive(Serialize)]
pub(super) struct Readiness {
    ready: bool,
    database: &'static str,
    broker: &'static str,
    log: &'static str,
}

pub(super) async fn alive() -> StatusCode {
    StatusCode::OK
}

/// Ready: the database answers, the broker serves, and nothing keeps the log from growing.
pub(super) async fn ready(State(shared): State<Shared>) -> (StatusCode, Json<Readiness>) {
    let app = &shared.app;
    let database = async {
        let answered = tokio::time::timeout(PATIENCE, app.log_size()).await;
        if matches!(answered, Ok(Ok(_))) { FINE } else { SILENT }
    };
    let broker = async {
        let answered = tokio::time::timeout(PATIENCE, app.broker_serves()).await;
        if matches!(answered, Ok(true)) { FINE } else { SILENT }
    };
    let (database, broker) = tokio::join!(database, broker);
    let log = app.log.failing().unwrap_or(FINE);
    let ready = [database, broker, log].iter().all(|part| *part == FINE);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, database, broker, log }))
}
