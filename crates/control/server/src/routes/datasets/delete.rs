//! `POST /datasets/{id}/deletion`.

use axum::extract::{Path, State};
use cloister_api::{InForce, people::StatementBody};

use super::{Acted, id};
use crate::{Shared, body::Body, caller::Caller, routes::certificates::in_force};

#[utoipa::path(post, path = "/datasets/{id}/deletion", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(in crate::routes) async fn delete(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Acted {
    let (digest, standing) = shared.app.delete_dataset(&who.actor, id(&path)?, &body.statement.0).await?;
    Ok(in_force(digest, standing))
}
