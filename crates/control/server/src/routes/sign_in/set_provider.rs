//! `PUT /sign-in/providers`.

use axum::{Json, extract::State};
use cloister_api::sign_in::{Provider, ProviderRequest};
use cloister_app::people::sso::ProviderSpec;

use super::provider;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(put, path = "/sign-in/providers", request_body = ProviderRequest,
    responses((status = 200, body = Provider)))]
pub(in crate::routes) async fn set_provider(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<ProviderRequest>,
) -> Result<Json<Provider>, Failure> {
    let spec = ProviderSpec {
        name: body.name,
        issuer: body.issuer,
        client: body.client_id,
        secret: body.client_secret,
        domains: body.domains,
        groups_claim: body.groups_claim.unwrap_or_else(|| "groups".into()),
        rules: body.roles,
    };
    let set = shared.app.set_provider(&who, spec, |issuer| shared.providers.admits(issuer)).await?;
    Ok(Json(provider(&shared, set)))
}
