//! `POST /datasets/{id}/manifests`.

use axum::extract::{Path, State};
use cloister_api::{InForce, datasets::ManifestBody};
use cloister_app::work::datasets::NewManifest;

use super::{Acted, id, new_share};
use crate::{Shared, body::Body, caller::Caller, routes::certificates::in_force};

#[utoipa::path(post, path = "/datasets/{id}/manifests", params(("id" = String, Path)), request_body = ManifestBody,
    responses((status = 200, body = InForce), (status = 202, body = InForce)))]
pub(in crate::routes) async fn supersede(
    State(shared): State<Shared>,
    Caller(who): Caller,
    path: Path<String>,
    Body(body): Body<ManifestBody>,
) -> Acted {
    let new = NewManifest {
        manifest: &body.manifest.0,
        owner_key: &body.owner_key,
        from_run: body.from_run,
        shares: body.shares.into_iter().map(new_share).collect(),
    };
    let (digest, standing) = shared.app.supersede_manifest(&who.actor, id(&path)?, &new).await?;
    Ok(in_force(digest, standing))
}
