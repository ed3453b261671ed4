//! Jobs: drafts, submission, review, withdrawal.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use cloister_api::{
    Envelope, InForce, Page,
    jobs::{Draft, Job, ReviewInfo},
    people::StatementBody,
    runs::{Run, RunBody},
};
use cloister_app::{
    AppError,
    restrict::Standing,
    work::jobs::{JobView, ReviewView},
};
use cloister_model::{JobId, WorkspaceId};

use super::{certificates::in_force, runs};
use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    page::PageQuery,
    problem::Failure,
};

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

fn page_of(page: &PageQuery, views: Vec<JobView>) -> Result<Json<Page<Job>>, Failure> {
    let Page { items, next } = page.page(views, |view| view.row.id.to_string(), shown);
    Ok(Json(Page { items: items.into_iter().collect::<Result<_, _>>()?, next }))
}

fn id(path: &Path<String>) -> Result<JobId, Failure> {
    place(path, "job")
}

fn text(draft: &Draft) -> Result<String, Failure> {
    serde_json::to_string(draft).map_err(|e| AppError::internal(e).into())
}

#[utoipa::path(post, path = "/workspaces/{id}/jobs", params(("id" = String, Path)), request_body = Draft,
    responses((status = 200, body = Job)))]
pub(super) async fn create(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(draft): Body<Draft>,
) -> Result<Json<Job>, Failure> {
    let content = text(&draft)?;
    let workspace = place(&path, "workspace")?;
    Ok(Json(shown(shared.app.create_job(&who.actor, workspace, draft.name, content).await?)?))
}

#[utoipa::path(get, path = "/workspaces/{id}/jobs", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Job>)))]
pub(super) async fn of_workspace(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Job>>, Failure> {
    let workspace = place(&path, "workspace")?;
    page_of(&page, shared.app.workspace_jobs(&who.actor, workspace, &page.paging()).await?)
}

#[utoipa::path(get, path = "/jobs", params(PageQuery), responses((status = 200, body = Page<Job>)))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Job>>, Failure> {
    page_of(&page, shared.app.list_jobs(&who.actor, &page.paging()).await?)
}

#[utoipa::path(get, path = "/jobs/{id}", params(("id" = String, Path)), responses((status = 200, body = Job)))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Job>, Failure> {
    Ok(Json(shown(shared.app.show_job(&who.actor, id(&path)?).await?)?))
}

#[utoipa::path(put, path = "/jobs/{id}", params(("id" = String, Path)), request_body = Draft,
    responses((status = 200, body = Job)))]
pub(super) async fn change(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(draft): Body<Draft>,
) -> Result<Json<Job>, Failure> {
    let content = text(&draft)?;
    Ok(Json(shown(shared.app.change_draft(&who.actor, id(&path)?, &draft.name, &content).await?)?))
}

#[utoipa::path(delete, path = "/jobs/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(super) async fn delete(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.delete_draft(&who.actor, id(&path)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/jobs/{id}/submission", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = Job)))]
pub(super) async fn submit(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Result<Json<Job>, Failure> {
    Ok(Json(shown(shared.app.submit_job(&who.actor, id(&path)?, &body.statement.0).await?)?))
}

#[utoipa::path(post, path = "/jobs/{id}/reviews", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = Job), (status = 202, body = Job, description = "a rejection that the broker has not acknowledged yet")))]
pub(super) async fn review_it(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Result<(StatusCode, Json<Job>), Failure> {
    let (view, standing) = shared.app.review_job(&who.actor, id(&path)?, &body.statement.0).await?;
    let status = match standing {
        Standing::InForce(_) => StatusCode::OK,
        Standing::Pending => StatusCode::ACCEPTED,
    };
    Ok((status, Json(shown(view)?)))
}

#[utoipa::path(post, path = "/jobs/{id}/withdrawals", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(super) async fn withdraw(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Result<(StatusCode, Json<InForce>), Failure> {
    let (digest, standing) = shared.app.withdraw_job(&who.actor, id(&path)?, &body.statement.0).await?;
    Ok(in_force(digest, standing))
}

#[utoipa::path(post, path = "/jobs/{id}/tests", params(("id" = String, Path)), request_body = RunBody,
    responses((status = 200, body = Run)))]
pub(super) async fn test(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<RunBody>,
) -> Result<Json<Run>, Failure> {
    Ok(Json(runs::shown(shared.app.test_job(&who.actor, id(&path)?, &body.statement.0).await?)))
}

#[utoipa::path(post, path = "/jobs/{id}/runs", params(("id" = String, Path)), request_body = RunBody,
    responses((status = 200, body = Run)))]
pub(super) async fn run(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<RunBody>,
) -> Result<Json<Run>, Failure> {
    Ok(Json(runs::shown(shared.app.run_job(&who.actor, id(&path)?, &body.statement.0).await?)))
}
