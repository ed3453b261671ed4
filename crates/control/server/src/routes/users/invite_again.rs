//! `POST /users/{id}/invitations`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::people::NewInvitation;

use super::invitation;
use crate::{Shared, body::place, caller::Caller, problem::Failure};

/// A fresh link into an account that nobody has entered; the one before is void.
#[utoipa::path(post, path = "/users/{id}/invitations", params(("id" = String, Path)),
    responses((status = 200, body = NewInvitation)))]
pub(in crate::routes) async fn invite_again(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<Json<NewInvitation>, Failure> {
    let (password_token, made) = shared.app.invite_again(&who, place(&id, "user")?).await?;
    Ok(Json(NewInvitation { password_token, invitation: invitation(made) }))
}
