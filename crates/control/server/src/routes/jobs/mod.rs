//! Jobs: drafts, submission, review, withdrawal.

pub(super) mod change;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod of_workspace;
pub(super) mod review_it;
pub(super) mod run;
pub(super) mod runs;
pub(super) mod show;
pub(super) mod specs;
pub(super) mod submit;
pub(super) mod test;
pub(super) mod withdraw;

use axum::{Json, extract::Path};
use cloister_api::{
    Envelope, Page,
    jobs::{Draft, Job, ReviewInfo},
};
use cloister_app::{
    AppError,
    work::jobs::{JobView, ReviewView},
};
use cloister_model::{JobId, WorkspaceId};

use crate::{body::place, page::Paged, problem::Failure};

fn review(view: ReviewView) -> ReviewInfo {
    ReviewInfo {
        decision: view.decision().into(),
        reviewer: view.reviewer,
        comment: view.review.comment,
        statement: Envelope(view.statement),
        digest: view.digest,
        at: view.at,
        counts: view.counts,
    }
}

fn shown(view: JobView) -> Result<Job, Failure> {
    let JobView { row, creator, spec, reviews, awaiting, runs_used, tables } = view;
    Ok(Job {
        id: row.id,
        workspace: WorkspaceId(row.workspace),
        state: row.state.to_string(),
        creator,
        draft: serde_json::from_str(&row.draft).map_err(AppError::internal)?,
        spec_digest: spec.as_ref().and(row.spec),
        spec: spec.map(Envelope),
        reviews: reviews.into_iter().map(review).collect(),
        awaiting: awaiting.into_iter().collect(),
        runs_used,
        tables,
        created: row.created,
    })
}

fn page_of(page: &Paged, views: Vec<JobView>) -> Result<Json<Page<Job>>, Failure> {
    let Page { items, next } = page.page(views, |view| view.row.id.to_string(), shown);
    Ok(Json(Page { items: items.into_iter().collect::<Result<_, _>>()?, next }))
}

fn id(path: &Path<String>) -> Result<JobId, Failure> {
    place(path, "job")
}

fn text(draft: &Draft) -> Result<String, Failure> {
    serde_json::to_string(draft).map_err(|e| AppError::internal(e).into())
}
