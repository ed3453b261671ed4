//! `POST /workspaces/{id}/charters`.

use axum::extract::{Path, State};
use cloister_api::{InForce, people::StatementBody};

use super::{Acted, edited, id, shown};
use crate::{Shared, body::Body, caller::Caller, etag::IfMatch, routes::certificates::in_force};

#[utoipa::path(post, path = "/workspaces/{id}/charters", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(in crate::routes) async fn amend(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    seen: IfMatch,
    Body(body): Body<StatementBody>,
) -> Acted {
    let id = id(&path)?;
    // Between this look and the act nothing slips in: the charter itself names the one it continues.
    seen.check(&edited(&shown(shared.app.show_workspace(&who.actor, id).await?)))?;
    let (digest, standing) = shared.app.amend(&who.actor, id, &body.statement.0).await?;
    Ok(in_force(digest, standing))
}
