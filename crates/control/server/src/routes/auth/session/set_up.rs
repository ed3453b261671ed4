//! `POST /auth/setup`: the first organisation and its admin, who is signed in then.

use axum::{
    extract::State,
    http::{HeaderMap, Method},
    response::Response,
};
use cloister_api::people::SetupRequest;

use super::{super::carried, own_page};
use crate::{Shared, body::Body, problem::Failure};

pub(super) async fn set_up(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Body(body): Body<SetupRequest>,
) -> Result<Response, Failure> {
    own_page(&Method::POST, &headers)?;
    let done = shared.app.set_up(&body.token, &body.organisation, body.email, body.password).await?;
    carried(&shared, &done)
}
