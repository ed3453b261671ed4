//! `POST /tokens`.

use axum::{Json, extract::State};
use cloister_api::people::{NewToken, NewTokenRequest, Scope};

use super::token;
use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(post, path = "/tokens", request_body = NewTokenRequest, responses((status = 200, body = NewToken)))]
pub(in crate::routes) async fn create_token(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<NewTokenRequest>,
) -> Result<Json<NewToken>, Failure> {
    let scopes: Vec<&str> = body
        .scopes
        .iter()
        .map(|scope| match scope {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Admin => "admin",
        })
        .collect();
    let (row, secret) = shared.app.create_token(&who, body.label, &scopes, body.expires_in_days).await?;
    Ok(Json(NewToken { token: token(row), secret }))
}
