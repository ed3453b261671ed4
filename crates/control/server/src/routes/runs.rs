//! Runs: progress, outputs, bundles.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::Response,
};
use cloister_api::{
    Envelope, Page,
    runs::{BundleDocument, OutputInfo, Run},
    workspaces::WorkspaceStatements,
};
use cloister_app::work::runs::RunView;
use cloister_model::{RunId, WorkspaceId, states::RunKind};

use super::{bytes, workspaces::statements};
use crate::{Shared, body::place, caller::Caller, page::PageQuery, problem::Failure};

/// A run as the API shows it.
pub(super) fn shown(view: RunView) -> Run {
    let RunView { row, runner, outputs, release, receipt, notice } = view;
    let outputs = outputs
        .into_iter()
        .map(|output| OutputInfo { name: output.name, size: output.size, sha256: output.sha256 })
        .collect();
    let kind = match row.kind {
        RunKind::Real => "real",
        RunKind::Test => "test",
    };
    Run {
        id: row.id,
        workspace: WorkspaceId(row.workspace),
        job: row.job,
        kind: kind.into(),
        state: row.state.to_string(),
        notice,
        stage: row.stage,
        share: row.share,
        code: row.code,
        check: row.check,
        runner,
        created: row.created,
        started: row.started,
        finished: row.finished,
        outputs,
        release: release.map(Envelope),
        receipt: receipt.map(Envelope),
    }
}

fn id(path: &Path<String>) -> Result<RunId, Failure> {
    place(path, "run")
}

#[utoipa::path(get, path = "/runs", params(PageQuery), responses((status = 200, body = Page<Run>)))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Run>>, Failure> {
    let views = shared.app.list_runs(&who.actor, &page.paging()).await?;
    Ok(Json(page.page(views, |view| view.row.id.to_string(), shown)))
}

#[utoipa::path(get, path = "/workspaces/{id}/runs", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Run>)))]
pub(super) async fn of_workspace(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Run>>, Failure> {
    let workspace = place(&path, "workspace")?;
    let views = shared.app.workspace_runs(&who.actor, workspace, &page.paging()).await?;
    Ok(Json(page.page(views, |view| view.row.id.to_string(), shown)))
}

#[utoipa::path(get, path = "/runs/{id}", params(("id" = String, Path)), responses((status = 200, body = Run)))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Run>, Failure> {
    Ok(Json(shown(shared.app.show_run(&who.actor, id(&path)?).await?)))
}

#[utoipa::path(post, path = "/runs/{id}/cancel", params(("id" = String, Path)), responses((status = 200, body = Run)))]
pub(super) async fn cancel(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Run>, Failure> {
    Ok(Json(shown(shared.app.cancel_run(&who.actor, id(&path)?).await?)))
}

#[utoipa::path(get, path = "/runs/{id}/outputs/{name}", params(("id" = String, Path), ("name" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream")))]
pub(super) async fn output(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Path((run, name)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let content = shared.app.read_output(&who.actor, id(&Path(run))?, &name).await?;
    bytes::answer(content, None)
}

#[utoipa::path(get, path = "/runs/{id}/statements", params(("id" = String, Path)),
    responses((status = 200, body = WorkspaceStatements)))]
pub(super) async fn all_statements(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<WorkspaceStatements>, Failure> {
    Ok(Json(statements(shared.app.run_statements(&who.actor, id(&path)?).await?)))
}

#[utoipa::path(get, path = "/runs/{id}/bundle", params(("id" = String, Path)),
    responses((status = 200, body = BundleDocument, description = "the bundle's exact bytes")))]
pub(super) async fn bundle(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Response, Failure> {
    let encoded = shared.app.run_bundle(&who.actor, id(&path)?).await?;
    Response::builder()
        .header(axum::http::header::CONTENT_TYPE, "application/json")
        .body(encoded.into())
        .map_err(|e| Failure::new(500, "internal", format!("the answer cannot be made: {e}")))
}
