//! `GET /broker`.

use axum::{Json, extract::State};
use cloister_api::broker::Identity;

use super::decoded;
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/broker", responses((status = 200, body = Identity)))]
pub(in crate::routes) async fn broker(
    State(shared): State<Shared>,
    Caller(who): Caller,
) -> Result<Json<Identity>, Failure> {
    decoded(shared.app.broker_identity(&who).await?)
}
