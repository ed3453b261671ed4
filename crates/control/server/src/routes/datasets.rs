//! Datasets: manifests, shares, downloads.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use cloister_api::{
    Envelope, InForce, Page,
    datasets::{Dataset, ManifestBody, SealBody, Share, ShareBody},
    people::StatementBody,
};
use cloister_app::work::datasets::{DatasetView, NewShare, ShareView};
use cloister_model::{DatasetId, WorkspaceId};

use super::{bytes, certificates::in_force};
use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    page::PageQuery,
    problem::Failure,
};

type Acted = Result<(StatusCode, Json<InForce>), Failure>;

fn share(view: ShareView) -> Share {
    let ShareView { row, grant } = view;
    Share {
        workspace: WorkspaceId(row.workspace),
        sql_name: row.sql_name,
        grant: Envelope(grant),
        grant_digest: row.grant,
        state: row.state,
    }
}

fn shown(view: DatasetView) -> Dataset {
    let DatasetView { row, own, statement, certificate, owner, owner_key, shares } = view;
    Dataset {
        id: row.id,
        name: row.name,
        owner: owner.email,
        organisation: owner.organisation_name,
        own,
        state: row.state,
        manifest: row.manifest,
        statement: Envelope(statement),
        certificate: Envelope(certificate),
        owner_key,
        shares: shares.into_iter().map(share).collect(),
        created: row.created,
    }
}

fn new_share(body: ShareBody) -> NewShare {
    NewShare { grant: body.grant.0, sealed_key: body.sealed_key, sql_name: body.sql_name }
}

fn id(path: &Path<String>) -> Result<DatasetId, Failure> {
    place(path, "dataset")
}

#[utoipa::path(post, path = "/datasets", request_body = ManifestBody, responses((status = 200, body = Dataset)))]
pub(super) async fn add(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<ManifestBody>,
) -> Result<Json<Dataset>, Failure> {
    if !body.shares.is_empty() {
        return Err(Failure::new(422, "unprocessable", "a new dataset is shared by its own requests"));
    }
    Ok(Json(shown(shared.app.add_dataset(&who.actor, &body.manifest.0, &body.owner_key).await?)))
}

#[utoipa::path(get, path = "/datasets", params(PageQuery), responses((status = 200, body = Page<Dataset>)))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Dataset>>, Failure> {
    let views = shared.app.list_datasets(&who.actor, &page.paging()).await?;
    Ok(Json(page.page(views, |view| view.row.id.to_string(), shown)))
}

#[utoipa::path(get, path = "/datasets/{id}", params(("id" = String, Path)), responses((status = 200, body = Dataset)))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
) -> Result<Json<Dataset>, Failure> {
    Ok(Json(shown(shared.app.show_dataset(&who.actor, id(&path)?).await?)))
}

#[utoipa::path(get, path = "/workspaces/{id}/datasets", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Dataset>)))]
pub(super) async fn of_workspace(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Dataset>>, Failure> {
    let workspace = place(&path, "workspace")?;
    let views = shared.app.workspace_datasets(&who.actor, workspace, &page.paging()).await?;
    Ok(Json(page.page(views, |view| view.row.id.to_string(), shown)))
}

#[utoipa::path(post, path = "/datasets/{id}/manifests", params(("id" = String, Path)), request_body = ManifestBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(super) async fn supersede(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<ManifestBody>,
) -> Acted {
    let shares: Vec<NewShare> = body.shares.into_iter().map(new_share).collect();
    let manifest = (&body.manifest.0, body.owner_key.as_str());
    let (digest, standing) = shared.app.supersede_manifest(&who.actor, id(&path)?, manifest, &shares).await?;
    Ok(in_force(digest, standing))
}

#[utoipa::path(post, path = "/datasets/{id}/deletion", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(super) async fn delete(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Acted {
    let (digest, standing) = shared.app.delete_dataset(&who.actor, id(&path)?, &body.statement.0).await?;
    Ok(in_force(digest, standing))
}

#[utoipa::path(post, path = "/datasets/{id}/shares", params(("id" = String, Path)), request_body = ShareBody,
    responses((status = 200, body = Dataset)))]
pub(super) async fn share_to(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<ShareBody>,
) -> Result<Json<Dataset>, Failure> {
    Ok(Json(shown(shared.app.share_dataset(&who.actor, id(&path)?, &new_share(body)).await?)))
}

#[utoipa::path(post, path = "/datasets/{id}/revocations", params(("id" = String, Path)), request_body = StatementBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(super) async fn revoke(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<StatementBody>,
) -> Acted {
    let (digest, standing) = shared.app.revoke_share(&who.actor, id(&path)?, &body.statement.0).await?;
    Ok(in_force(digest, standing))
}

#[utoipa::path(post, path = "/datasets/{id}/seals", params(("id" = String, Path)), request_body = SealBody,
    responses((status = 204)))]
pub(super) async fn reseal(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<SealBody>,
) -> Result<StatusCode, Failure> {
    shared.app.reseal(&who.actor, id(&path)?, body.workspace.0, &body.sealed_key).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/datasets/{id}/files/{version}/{name}",
    params(("id" = String, Path), ("version" = u32, Path), ("name" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 206, content_type = "application/octet-stream")))]
pub(super) async fn download(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Path((dataset, version, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let dataset = id(&Path(dataset))?;
    let version = place(&Path(version), "version")?;
    let range = bytes::range(&headers)?;
    let content = shared.app.download(&who.actor, dataset, (version, &name), range.clone()).await?;
    bytes::answer(content, range)
}
