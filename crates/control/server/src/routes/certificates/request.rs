//! `POST /certificates`.

use axum::{Json, extract::State};
use cloister_api::people::{CertificateInfo, CertificateRequestBody};

use super::shown;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/certificates", request_body = CertificateRequestBody, responses((status = 200, body = CertificateInfo)))]
pub(in crate::routes) async fn request(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<CertificateRequestBody>,
) -> Result<Json<CertificateInfo>, Failure> {
    let recoveries = body.recoveries.into_iter().map(|envelope| envelope.0).collect();
    Ok(Json(shown(shared.app.request_certificate(&who, &body.request.0, recoveries).await?)?))
}
