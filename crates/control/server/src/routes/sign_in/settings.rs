//! `GET /sign-in`.

use axum::{Json, extract::State};
use cloister_api::sign_in::SignInSettings;

use super::{local, provider};
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/sign-in", responses((status = 200, body = SignInSettings)))]
pub(in crate::routes) async fn settings(
    State(shared): State<Shared>,
    Caller(who): Caller,
) -> Result<Json<SignInSettings>, Failure> {
    let (rows, who_may) = shared.app.sign_in_settings(&who).await?;
    let providers = rows.into_iter().map(|row| provider(&shared, row)).collect();
    Ok(Json(SignInSettings { local: local(who_may), providers }))
}
