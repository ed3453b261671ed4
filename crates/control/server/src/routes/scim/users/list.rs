//! `GET /Users`.

use axum::{extract::State, response::Response};
use cloister_app::people::scim::Provisioner;
use cloister_store::people::scim::Narrow;
use serde_json::Value;

use crate::{
    Shared,
    routes::scim::{Asked, Provider, json},
    scim::{error::ScimFailure, filter::Filter, list, user::shown},
};

/// What the database need look at.
fn narrow(filter: &Filter) -> Narrow {
    if let Some(id) = filter.demands("id") {
        // What is no id is nobody's.
        return id.parse().map_or_else(|_| Narrow::External(String::new()), Narrow::Id);
    }
    let name = filter.demands("userName").map(|name| Narrow::Name(name.to_lowercase()));
    let external = filter.demands("externalId").map(|id| Narrow::External(id.to_owned()));
    name.or(external).unwrap_or(Narrow::All)
}

/// The page of users that is asked for.
pub(in crate::routes::scim) async fn page(
    shared: &Shared,
    who: &Provisioner,
    asked: &list::Asked,
) -> Result<Value, ScimFailure> {
    let url = &shared.public_url;
    let Some(filter) = &asked.filter else {
        let some = (asked.skip, asked.count);
        let (found, total) = shared.app.provisioned_users(who, &Narrow::All, some).await?;
        let total = usize::try_from(total).unwrap_or_default();
        return Ok(asked.page(found.iter().map(|one| shown(url, one)), total));
    };
    let all = (0, u64::from(u32::MAX));
    let (found, _) = shared.app.provisioned_users(who, &narrow(filter), all).await?;
    Ok(asked.page_of(found.iter().map(|one| shown(url, one))))
}

#[utoipa::path(get, path = "/Users", responses((status = 200)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Provider(who): Provider,
    Asked(asked): Asked,
) -> Result<Response, ScimFailure> {
    Ok(json(&page(&shared, &who, &asked).await?))
}
