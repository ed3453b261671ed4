//! `GET /Groups`.

use axum::{extract::State, response::Response};
use cloister_app::people::scim::Provisioner;
use serde_json::Value;

use crate::{
    Shared,
    routes::scim::{Asked, Provider, json},
    scim::{error::ScimFailure, group::shown, list},
};

/// The page of groups that is asked for.
pub(in crate::routes::scim) async fn page(
    shared: &Shared,
    who: &Provisioner,
    asked: &list::Asked,
) -> Result<Value, ScimFailure> {
    let url = &shared.public_url;
    let Some(filter) = &asked.filter else {
        let some = (asked.skip, asked.count);
        let (found, total) = shared.app.provisioned_groups(who, None, some).await?;
        let total = usize::try_from(total).unwrap_or_default();
        return Ok(asked.page(found.iter().map(|one| shown(url, one)), total));
    };
    let all = (0, u64::from(u32::MAX));
    let (found, _) = shared.app.provisioned_groups(who, filter.demands("displayName"), all).await?;
    Ok(asked.page_of(found.iter().map(|one| shown(url, one))))
}

#[utoipa::path(get, path = "/Groups", responses((status = 200)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Provider(who): Provider,
    Asked(asked): Asked,
) -> Result<Response, ScimFailure> {
    Ok(json(&page(&shared, &who, &asked).await?))
}
