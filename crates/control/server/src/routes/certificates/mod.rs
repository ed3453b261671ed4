//! The broker's identity and members' certificates.

pub(super) mod broker;
pub(super) mod evidence;
pub(super) mod find;
pub(super) mod recover;
pub(super) mod request;
pub(super) mod revoke;
pub(super) mod show;

use axum::{Json, http::StatusCode};
use cloister_api::{Envelope, InForce, people::CertificateInfo};
use cloister_app::{AppError, restrict::Standing};
use cloister_model::Digest;
use cloister_store::people::certificates::CertificateRow;

use crate::problem::Failure;

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
