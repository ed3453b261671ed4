//! Workspaces: charters, invitations, statements.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use cloister_api::{
    Envelope, InForce, Page,
    people::StatementBody,
    workspaces::{
        Member, NewWorkspaceRequest, ResendRequest, SetDescriptionRequest, Workspace, WorkspaceStatements,
    },
};
use cloister_app::work::workspaces::{MemberView, Statements, WorkspaceView};
use cloister_model::{Digest, WorkspaceId};

use super::certificates::in_force;
use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    page::PageQuery,
    problem::Failure,
};

type Acted = Result<(StatusCode, Json<InForce>), Failure>;

fn member(view: MemberView) -> Member {
    let MemberView { row, certificate } = view;
    Member {
        certificate: row.certificate,
        email: certificate.email,
        organisation: certificate.organisation_name,
        administrator: row.administrator,
        suspended: row.suspended,
        answer: row.answer,
        invited: row.invited,
        answered: row.answered,
    }
}

fn shown(view: WorkspaceView) -> Workspace {
    let WorkspaceView { row, members, notice } = view;
    Workspace {
        id: WorkspaceId(row.id),
        name: row.name,
        description: row.description,
        kind: row.kind,
        state: row.state,
        version: u64::try_from(row.version).unwrap_or_default(),
        charter: row.charter,
        pending_charter: row.pending,
        members: members.into_iter().map(member).collect(),
        created: row.created,
        notice,
    }
}

/// Statements as the API shows them.
pub(super) fn statements(found: Statements) -> WorkspaceStatements {
    let wire = |list: Vec<serde_json::Value>| list.into_iter().map(Envelope).collect();
    WorkspaceStatements {
        statements: wire(found.statements),
        certificates: wire(found.certificates),
        acknowledgements: wire(found.acknowledgements),
    }
}

fn id(path: &Path<String>) -> Result<Digest, Failure> {
    place(path, "workspace")
}

#[utoipa::path(post, path = "/workspaces", request_body = NewWorkspaceRequest, responses((status = 200, body = Workspace)))]
pub(super) async fn create(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<NewWorkspaceRequest>,
) -> Result<Json<Workspace>, Failure> {
    Ok(Json(shown(shared.app.create_workspace(&who.actor, &body.charter.0, body.description).await?)))
}

#[utoipa::path(get, path = "/workspaces", params(PageQuery), responses((status = 200, body = Page<Workspace>)))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Workspace>>, Failure> {
    let views = shared.app.list_workspaces(&who.actor, &page.paging()).await?;
    Ok(Json(page.page(views, |view| view.row.id.to_string(), shown)))
}

#[utoipa::path(get, path = "/workspaces/{id}", params(("id" = String, Path)), responses((status = 200, body = Workspace)))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Workspace>, Failure> {
    Ok(Json(shown(shared.app.show_workspace(&who.actor, id(&path)?).await?)))
}

#[utoipa::path(patch, path = "/workspaces/{id}", params(("id" = String, Path)), request_body = SetDescriptionRequest,
    responses((status = 200, body = Workspace)))]
pub(super) async fn describe(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<SetDescriptionRequest>,
) -> Result<Json<Workspace>, Failure> {
    Ok(Json(shown(shared.app.describe_workspace(&who.actor, id(&path)?, &body.description).await?)))
}

#[utoipa::path(get, path = "/workspaces/{id}/statements", params(("id" = String, Path)),
    responses((status = 200, body = WorkspaceStatements)))]
pub(super) async fn all_statements(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<WorkspaceStatements>, Failure> {
    Ok(Json(statements(shared.app.workspace_statements(&who.actor, id(&path)?).await?)))
}

#[utoipa::path(post, path = "/workspaces/{id}/acceptances", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(super) async fn accept(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Acted {
    let (digest, standing) = shared.app.accept(&who.actor, id(&path)?, &body.statement.0).await?;
    Ok(in_force(digest, standing))
}

#[utoipa::path(post, path = "/workspaces/{id}/refusals", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(super) async fn decline(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Acted {
    let (digest, standing) = shared.app.decline(&who.actor, id(&path)?, &body.statement.0).await?;
    Ok(in_force(digest, standing))
}

#[utoipa::path(post, path = "/workspaces/{id}/charters", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(super) async fn amend(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Acted {
    let (digest, standing) = shared.app.amend(&who.actor, id(&path)?, &body.statement.0).await?;
    Ok(in_force(digest, standing))
}

#[utoipa::path(post, path = "/workspaces/{id}/suspensions", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(super) async fn suspend(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Acted {
    let (digest, standing) = shared.app.suspend_or_archive(&who.actor, id(&path)?, &body.statement.0).await?;
    Ok(in_force(digest, standing))
}

#[utoipa::path(post, path = "/workspaces/{id}/archive", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(super) async fn archive(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Acted {
    let (digest, standing) = shared.app.suspend_or_archive(&who.actor, id(&path)?, &body.statement.0).await?;
    Ok(in_force(digest, standing))
}

#[utoipa::path(post, path = "/workspaces/{id}/resends", params(("id" = String, Path)), request_body = ResendRequest,
    responses((status = 204)))]
pub(super) async fn resend(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<ResendRequest>,
) -> Result<StatusCode, Failure> {
    shared.app.resend(&who.actor, id(&path)?, &body.email).await?;
    Ok(StatusCode::NO_CONTENT)
}
