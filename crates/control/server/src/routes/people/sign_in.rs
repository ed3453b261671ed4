//! `POST /sessions`.

use axum::{Json, extract::State};
use cloister_api::people::{SignInRequest, SignedIn};

use super::signed_in;
use crate::{Shared, body::Body, problem::Failure};

#[utoipa::path(post, path = "/sessions", request_body = SignInRequest, responses((status = 200, body = SignedIn)))]
pub(in crate::routes) async fn sign_in(
    State(shared): State<Shared>,
    Body(body): Body<SignInRequest>,
) -> Result<Json<SignedIn>, Failure> {
    Ok(signed_in(shared.app.sign_in(&body.email, body.password).await?))
}
