//! `POST /jobs/{id}/withdrawals`.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use cloister_api::{InForce, people::StatementBody};

use super::id;
use crate::{Shared, body::Body, caller::Caller, problem::Failure, routes::certificates::in_force};

#[utoipa::path(post, path = "/jobs/{id}/withdrawals", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(in crate::routes) async fn withdraw(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Result<(StatusCode, Json<InForce>), Failure> {
    let (digest, standing) = shared.app.withdraw_job(&who.actor, id(&path)?, &body.statement.0).await?;
    Ok(in_force(digest, standing))
}
