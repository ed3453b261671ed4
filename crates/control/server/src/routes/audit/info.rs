//! `GET /log`.

use axum::{Json, extract::State};
use cloister_api::audit::LogInfo;

use crate::{Shared, caller::Anyone, problem::Failure};

#[utoipa::path(get, path = "/log", responses((status = 200, body = LogInfo)))]
pub(in crate::routes) async fn info(
    State(shared): State<Shared>,
    _caller: Anyone,
) -> Result<Json<LogInfo>, Failure> {
    let log = &shared.app.log;
    let public_key = hex::encode(log.public_key());
    Ok(Json(LogInfo { origin: log.origin().to_owned(), public_key, checkpoint: log.checkpoint().await? }))
}
