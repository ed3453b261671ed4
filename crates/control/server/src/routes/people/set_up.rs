//! `POST /setup`.

use axum::{Json, extract::State};
use cloister_api::people::{SetupRequest, SignedIn};

use super::signed_in;
use crate::{Shared, body::Body, problem::Failure};

#[utoipa::path(post, path = "/setup", request_body = SetupRequest, responses((status = 200, body = SignedIn)))]
pub(in crate::routes) async fn set_up(
    State(shared): State<Shared>,
    Body(body): Body<SetupRequest>,
) -> Result<Json<SignedIn>, Failure> {
    Ok(signed_in(shared.app.set_up(&body.token, &body.organisation, body.email, body.password).await?))
}
