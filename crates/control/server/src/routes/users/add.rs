//! `POST /users`.

use axum::{Json, extract::State};
use cloister_api::people::{NewUser, NewUserRequest};

use crate::{Shared, body::Body, caller::Caller, problem::Failure, routes::people::user};

#[utoipa::path(post, path = "/users", request_body = NewUserRequest, responses((status = 200, body = NewUser)))]
pub(in crate::routes) async fn add(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<NewUserRequest>,
) -> Result<Json<NewUser>, Failure> {
    let (row, password_token) = shared.app.add_user(&who, body.email).await?;
    Ok(Json(NewUser { user: user(row, None), password_token }))
}
