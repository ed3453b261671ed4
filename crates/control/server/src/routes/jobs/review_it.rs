//! `POST /jobs/{id}/reviews`.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use cloister_api::{jobs::Job, people::StatementBody};
use cloister_app::restrict::Standing;

use super::{id, shown};
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/jobs/{id}/reviews", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = Job), (status = 202, body = Job, description = "a rejection that the broker has not acknowledged yet")))]
pub(in crate::routes) async fn review_it(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Result<(StatusCode, Json<Job>), Failure> {
    let (view, standing) = shared.app.review_job(&who.actor, id(&path)?, &body.statement.0).await?;
    let status = match standing {
        Standing::InForce(_) => StatusCode::OK,
        Standing::Pending => StatusCode::ACCEPTED,
    };
    Ok((status, Json(shown(view)?)))
}
