//! `GET /certificates`.

use axum::{Json, extract::State};
use cloister_api::{Page, people::CertificateInfo};
use cloister_model::Email;
use serde::Deserialize;

use super::shown;
use crate::{Shared, body::Asked, caller::Caller, problem::Failure};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct ByEmail {
    /// The exact address.
    #[param(value_type = String)]
    email: Email,
}

#[utoipa::path(get, path = "/certificates", params(ByEmail), responses((status = 200, body = Page<CertificateInfo>)))]
pub(in crate::routes) async fn find(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Asked(query): Asked<ByEmail>,
) -> Result<Json<Page<CertificateInfo>>, Failure> {
    let rows = shared.app.certificates_of(&who, &query.email).await?;
    Ok(Json(Page { items: rows.into_iter().map(shown).collect::<Result<_, _>>()?, next: None }))
}
