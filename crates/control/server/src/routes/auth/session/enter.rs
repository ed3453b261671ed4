//! `POST /auth/session`: a local account, from the console's page.

use axum::{
    extract::State,
    http::{HeaderMap, Method},
    response::Response,
};
use cloister_api::people::SignInRequest;

use super::{super::carried, own_page};
use crate::{Shared, body::Body, problem::Failure};

pub(super) async fn enter(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Body(body): Body<SignInRequest>,
) -> Result<Response, Failure> {
    own_page(&Method::POST, &headers)?;
    let done = shared.app.sign_in(&body.email, body.password).await?;
    carried(&shared, &done)
}
