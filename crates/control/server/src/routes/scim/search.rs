//! `POST /.search`.

use axum::{extract::State, response::Response};

use super::{Provider, Sent, json};
use crate::{
    Shared,
    scim::{error::ScimFailure, group, list::Asked, user},
};
use cloister_store::people::scim::Narrow;

/// Over users and groups.
#[utoipa::path(post, path = "/.search", responses((status = 200)))]
pub(in crate::routes) async fn search(
    State(shared): State<Shared>,
    Provider(who): Provider,
    Sent(body): Sent,
) -> Result<Response, ScimFailure> {
    let (asked, url, all) = (Asked::of_body(&body)?, &shared.public_url, (0, u64::from(u32::MAX)));
    let (users, _) = shared.app.provisioned_users(&who, &Narrow::All, all).await?;
    let (groups, _) = shared.app.provisioned_groups(&who, None, all).await?;
    let users = users.iter().map(|one| user::shown(url, one));
    Ok(json(&asked.page_of(users.chain(groups.iter().map(|one| group::shown(url, one))))))
}
