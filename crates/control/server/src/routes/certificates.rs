//! The broker's identity and members' certificates.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use cloister_api::{
    Envelope, InForce, Page,
    broker::{EvidenceRequest, EvidenceResponse, Identity},
    people::{CertificateInfo, CertificateRequestBody, StatementBody},
};
use cloister_app::{AppError, restrict::Standing};
use cloister_model::{Digest, Email};
use cloister_store::people::certificates::CertificateRow;
use serde::Deserialize;

use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    problem::Failure,
};

/// A stored certificate as the API shows it.
pub(super) fn shown(row: CertificateRow) -> Result<CertificateInfo, Failure> {
    let certificate = Envelope(serde_json::from_str(&row.envelope).map_err(AppError::internal)?);
    Ok(CertificateInfo { digest: row.digest, certificate, ended: row.ended })
}

/// How a restricting statement stands: 200 in force, 202 not yet.
pub(crate) fn in_force(statement: Digest, standing: Standing) -> (StatusCode, Json<InForce>) {
    let (status, acknowledgement) = match standing {
        Standing::InForce(acknowledgement) => (StatusCode::OK, Some(Envelope(acknowledgement))),
        Standing::Pending => (StatusCode::ACCEPTED, None),
    };
    (status, Json(InForce { statement, acknowledgement }))
}

fn decoded<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<Json<T>, Failure> {
    let odd =
        |e: serde_json::Error| AppError::Unavailable(format!("the broker's answer cannot be read: {e}"));
    Ok(Json(serde_json::from_value(value).map_err(odd)?))
}

#[utoipa::path(get, path = "/broker", responses((status = 200, body = Identity)))]
pub(super) async fn broker(
    State(shared): State<Shared>,
    Caller(who): Caller,
) -> Result<Json<Identity>, Failure> {
    decoded(shared.app.broker_identity(&who).await?)
}

#[utoipa::path(post, path = "/broker/evidence", request_body = EvidenceRequest, responses((status = 200, body = EvidenceResponse)))]
pub(super) async fn evidence(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<EvidenceRequest>,
) -> Result<Json<EvidenceResponse>, Failure> {
    decoded(shared.app.prove_broker(&who, body.nonce).await?)
}

#[utoipa::path(post, path = "/certificates", request_body = CertificateRequestBody, responses((status = 200, body = CertificateInfo)))]
pub(super) async fn request(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<CertificateRequestBody>,
) -> Result<Json<CertificateInfo>, Failure> {
    let recoveries = body.recoveries.into_iter().map(|envelope| envelope.0).collect();
    Ok(Json(shown(shared.app.request_certificate(&who, &body.request.0, recoveries).await?)?))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ByEmail {
    /// The exact address.
    #[param(value_type = String)]
    email: Email,
}

#[utoipa::path(get, path = "/certificates", params(ByEmail), responses((status = 200, body = Page<CertificateInfo>)))]
pub(super) async fn find(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(query): Query<ByEmail>,
) -> Result<Json<Page<CertificateInfo>>, Failure> {
    let rows = shared.app.certificates_of(&who, &query.email).await?;
    Ok(Json(Page { items: rows.into_iter().map(shown).collect::<Result<_, _>>()?, next: None }))
}

#[utoipa::path(get, path = "/certificates/{digest}", params(("digest" = String, Path)), responses((status = 200, body = CertificateInfo)))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    digest: Path<String>,
) -> Result<Json<CertificateInfo>, Failure> {
    Ok(Json(shown(shared.app.certificate(&who, place(&digest, "certificate")?).await?)?))
}

#[utoipa::path(post, path = "/certificates/{digest}/revocations", params(("digest" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(super) async fn revoke(
    State(shared): State<Shared>,
    Caller(who): Caller,
    digest: Path<String>,
    Body(body): Body<StatementBody>,
) -> Result<(StatusCode, Json<InForce>), Failure> {
    let digest = place(&digest, "certificate")?;
    let (statement, standing) = shared.app.revoke_certificate(&who, digest, &body.statement.0).await?;
    Ok(in_force(statement, standing))
}

#[utoipa::path(post, path = "/certificates/recoveries", request_body = StatementBody, responses((status = 204)))]
pub(super) async fn recover(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<StatementBody>,
) -> Result<StatusCode, Failure> {
    shared.app.add_recovery(&who, &body.statement.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
