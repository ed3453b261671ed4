//! `GET /notices`.

use axum::{Json, extract::State, http::Uri};
use cloister_api::{Page, notices::Notice};
use serde::Deserialize;

use super::notice;
use crate::{Shared, body::Asked, caller::Caller, page::Paged, problem::Failure};

/// Which notices.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct Which {
    /// Only those that were not read.
    #[serde(default)]
    unread: bool,
    /// `next` of the page before.
    #[serde(default)]
    #[param(max_length = 1024)]
    cursor: String,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
}

/// Newest first.
#[utoipa::path(get, path = "/notices", params(Which), responses((status = 200, body = Page<Notice>)))]
pub(in crate::routes) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    uri: Uri,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<Notice>>, Failure> {
    let page = Paged::of(&uri, &shared, &which.cursor, which.limit)?;
    let rows = shared.app.notices(&who, which.unread, &page.paging()).await?;
    Ok(Json(page.page(rows, |row| row.place.to_string(), notice)))
}
