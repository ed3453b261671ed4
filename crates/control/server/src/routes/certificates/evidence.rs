//! `POST /broker/evidence`.

use axum::{Json, extract::State};
use cloister_api::broker::{EvidenceRequest, EvidenceResponse};

use super::decoded;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/broker/evidence", request_body = EvidenceRequest, responses((status = 200, body = EvidenceResponse)))]
pub(in crate::routes) async fn evidence(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<EvidenceRequest>,
) -> Result<Json<EvidenceResponse>, Failure> {
    decoded(shared.app.prove_broker(&who, body.nonce).await?)
}
