//! `POST /workspaces/{id}/resends`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use cloister_api::workspaces::ResendRequest;

use super::id;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/workspaces/{id}/resends", params(("id" = String, Path)), request_body = ResendRequest,
    responses((status = 204)))]
pub(in crate::routes) async fn resend(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<ResendRequest>,
) -> Result<StatusCode, Failure> {
    shared.app.resend(&who.actor, id(&path)?, &body.email).await?;
    Ok(StatusCode::NO_CONTENT)
}
