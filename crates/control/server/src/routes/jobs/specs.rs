//! `GET /jobs/{id}/specs`.

use axum::{
    Json,
    extract::{Path, State},
};
use cloister_api::{Envelope, Page, jobs::JobSpec};
use cloister_app::AppError;

use super::id;
use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

/// The specs it stood for and stands for, the newest first.
#[utoipa::path(get, path = "/jobs/{id}/specs", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<JobSpec>)))]
pub(in crate::routes) async fn specs(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    page: Paged,
) -> Result<Json<Page<JobSpec>>, Failure> {
    let found = shared.app.job_specs(&who.actor, id(&path)?, &page.paging()).await?;
    let Page { items, next } = page.page(
        found,
        |found| found.submitted.micros().to_string(),
        |found| {
            let statement = serde_json::from_str(&found.envelope).map_err(AppError::internal)?;
            let (digest, submitted, accepted) = (found.spec, found.submitted, found.accepted);
            Ok(JobSpec { statement: Envelope(statement), digest, submitted, accepted })
        },
    );
    Ok(Json(Page { items: items.into_iter().collect::<Result<_, Failure>>()?, next }))
}
