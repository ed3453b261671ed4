//! `GET /sign-in/providers`.

use axum::{Json, extract::State};
use cloister_api::sign_in::ProviderName;

use crate::{Shared, problem::Failure};

/// For the sign-in page, so for anybody.
#[utoipa::path(get, path = "/sign-in/providers", responses((status = 200, body = Vec<ProviderName>)))]
pub(in crate::routes) async fn names(
    State(shared): State<Shared>,
) -> Result<Json<Vec<ProviderName>>, Failure> {
    let all = shared.app.provider_names().await?.into_iter();
    let named = |(id, name)| ProviderName { start: format!("/auth/oidc/{id}/start"), id, name };
    Ok(Json(all.map(named).collect()))
}
