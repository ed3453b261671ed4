//! `GET /audit`.

use axum::{
    Json,
    extract::{Query, State},
};
use cloister_api::{Page, audit::AuditEntry};

use super::{AuditQuery, shown};
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/audit", params(AuditQuery), responses((status = 200, body = Page<AuditEntry>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<AuditEntry>>, Failure> {
    let (filter, page) = query.filter()?;
    let rows = shared.app.audit(&who, filter, page.limit() + 1).await?;
    let (size, names) = (shared.app.log_size().await?, shared.app.actor_names(who.user.org).await?);
    let Page { items, next } = page.page(rows, |row| row.id.to_string(), |row| shown(&row, size, &names));
    Ok(Json(Page { items: items.into_iter().collect::<Result<_, _>>()?, next }))
}
