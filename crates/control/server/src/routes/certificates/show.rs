//! `GET /certificates/{digest}`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::people::CertificateInfo;

use super::shown;
use crate::{Shared, body::place, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/certificates/{digest}", params(("digest" = String, Path)), responses((status = 200, body = CertificateInfo)))]
pub(in crate::routes) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    digest: Path<String>,
) -> Result<Json<CertificateInfo>, Failure> {
    Ok(Json(shown(shared.app.certificate(&who, place(&digest, "certificate")?).await?)?))
}
