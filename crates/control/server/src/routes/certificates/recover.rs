//! `POST /certificates/recoveries`.

use axum::{extract::State, http::StatusCode};
use cloister_api::people::StatementBody;

use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/certificates/recoveries", request_body = StatementBody, responses((status = 204)))]
pub(in crate::routes) async fn recover(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<StatementBody>,
) -> Result<StatusCode, Failure> {
    shared.app.add_recovery(&who, &body.statement.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
