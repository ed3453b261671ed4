//! `PUT /jobs/{id}`.

use axum::extract::{Path, State};
use cloister_api::jobs::{Draft, Job};

use super::{id, shown, text};
use crate::{
    Shared,
    body::Body,
    caller::Caller,
    etag::{IfMatch, Tagged},
    problem::Failure,
};

#[utoipa::path(put, path = "/jobs/{id}", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Draft,
    responses((status = 200, body = Job, headers(("ETag" = String)))))]
pub(in crate::routes) async fn change(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    seen: IfMatch,
    Body(draft): Body<Draft>,
) -> Result<Tagged<Job>, Failure> {
    let id = id(&path)?;
    let now = shared.app.show_job(&who.actor, id).await?;
    let row = now.row.clone();
    seen.check(&shown(now)?)?;
    let content = text(&draft)?;
    Tagged::new(shown(shared.app.change_draft(&who.actor, &row, &draft.name, &content).await?)?)
}
