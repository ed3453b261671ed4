//! `POST /auth/oidc/{provider}/backchannel-logout`.

use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
};
use cloister_app::AppError;
use serde::Deserialize;
use uuid::Uuid;

use crate::{Shared, problem::Failure};

#[derive(Deserialize)]
pub(super) struct Sent {
    logout_token: String,
}

pub(super) async fn logout(
    State(shared): State<Shared>,
    Path(provider): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<StatusCode, Failure> {
    let id: Uuid = provider.parse().map_err(|_| AppError::Absent("provider"))?;
    let (provider, _) = shared.app.provider(id).await?;
    let end = shared.providers.logout(&provider, &sent.logout_token, shared.app.now()).await?;
    let token = (end.token.as_str(), end.expires);
    shared.app.end_by_provider(&provider, token, end.session.as_deref(), end.subject.as_deref()).await?;
    Ok(StatusCode::OK)
}
