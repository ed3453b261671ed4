//! Datasets: manifests, shares, downloads.

pub(super) mod add;
pub(super) mod delete;
pub(super) mod download;
pub(super) mod list;
pub(super) mod of_workspace;
pub(super) mod reseal;
pub(super) mod revoke;
pub(super) mod share_to;
pub(super) mod show;
pub(super) mod supersede;

use axum::{Json, extract::Path, http::StatusCode};
use cloister_api::{
    Envelope, InForce,
    datasets::{Dataset, Share, ShareBody},
};
use cloister_app::work::datasets::{DatasetView, NewShare, ShareView};
use cloister_model::{DatasetId, WorkspaceId};

use crate::{body::place, problem::Failure};

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
