//! `POST /jobs/{id}/submission`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::{jobs::Job, people::StatementBody};

use super::{id, shown};
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/jobs/{id}/submission", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = Job)))]
pub(in crate::routes) async fn submit(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Result<Json<Job>, Failure> {
    Ok(Json(shown(shared.app.submit_job(&who.actor, id(&path)?, &body.statement.0).await?)?))
}
