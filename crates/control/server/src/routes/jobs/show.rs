//! `GET /jobs/{id}`.

use axum::extract::{Path, State};
use cloister_api::jobs::Job;

use super::{id, shown};
use crate::{Shared, caller::Caller, etag::Tagged, problem::Failure};

#[utoipa::path(get, path = "/jobs/{id}", params(("id" = String, Path)), responses((status = 200, body = Job, headers(("ETag" = String)))))]
pub(in crate::routes) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Tagged<Job>, Failure> {
    Tagged::new(shown(shared.app.show_job(&who.actor, id(&path)?).await?)?)
}
