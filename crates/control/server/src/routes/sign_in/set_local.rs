//! `PUT /sign-in/local`.

use axum::{extract::State, http::StatusCode};
use cloister_api::sign_in::{LocalSignIn, LocalSignInRequest};
use cloister_store::people::sso::LocalSignIn as Local;

use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(put, path = "/sign-in/local", request_body = LocalSignInRequest, responses((status = 204)))]
pub(in crate::routes) async fn set_local(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<LocalSignInRequest>,
) -> Result<StatusCode, Failure> {
    let wanted = match body.local {
        LocalSignIn::All => Local::All,
        LocalSignIn::BreakGlass => Local::BreakGlass,
    };
    shared.app.set_local_sign_in(&who, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}
