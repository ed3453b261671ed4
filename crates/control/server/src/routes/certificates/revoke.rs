//! `POST /certificates/{digest}/revocations`.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use cloister_api::{InForce, people::StatementBody};

use super::in_force;
use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    problem::Failure,
};

#[utoipa::path(post, path = "/certificates/{digest}/revocations", params(("digest" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(in crate::routes) async fn revoke(
    State(shared): State<Shared>,
    Caller(who): Caller,
    digest: Path<String>,
    Body(body): Body<StatementBody>,
) -> Result<(StatusCode, Json<InForce>), Failure> {
    let digest = place(&digest, "certificate")?;
    let (statement, standing) = shared.app.revoke_certificate(&who, digest, &body.statement.0).await?;
    Ok(in_force(statement, standing))
}
