//! `GET /audit`.

use axum::{Json, extract::State, http::Uri};
use cloister_api::{Page, audit::AuditEntry};

use super::{AuditQuery, shown};
use crate::{Shared, body::Asked, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/audit", params(AuditQuery), responses((status = 200, body = Page<AuditEntry>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    uri: Uri,
    Asked(query): Asked<AuditQuery>,
) -> Result<Json<Page<AuditEntry>>, Failure> {
    let (filter, page) = query.page(&shared, &uri)?;
    let rows = shared.app.audit(&who, filter, page.ask()).await?;
    let (size, names) = (shared.app.log_size().await?, shared.app.actor_names(who.user.org).await?);
    let Page { items, next } = page.page(rows, |row| row.id.to_string(), |row| shown(&row, size, &names));
    Ok(Json(Page { items: items.into_iter().collect::<Result<_, _>>()?, next }))
}
