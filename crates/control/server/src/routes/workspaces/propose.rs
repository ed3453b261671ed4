//! `POST /workspaces/{id}/proposals`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::workspaces::{Proposal, ProposeRequest};

use super::{id, proposal};
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

/// An organisation's admin proposes a change of members; an administrator of the charter signs what comes of it.
#[utoipa::path(post, path = "/workspaces/{id}/proposals", params(("id" = String, Path)), request_body = ProposeRequest,
    responses((status = 200, body = Proposal)))]
pub(in crate::routes) async fn propose(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<ProposeRequest>,
) -> Result<Json<Proposal>, Failure> {
    Ok(Json(proposal(shared.app.propose_change(&who.actor, id(&path)?, (body.add, body.remove)).await?)))
}
