//! Datasets as shown, and their ciphertext.

use std::ops::Range;

use cloister_authz::{
    Actor, Kind, Relation, Resource,
    actions::{DownloadDataset, ListDatasets, ReadDataset, ReadWorkspaceContents},
};
use cloister_model::{DatasetId, Digest};
use cloister_statement::{Envelope, Signer, predicate::Certificate};
use cloister_store::{
    EntryDraft,
    datasets::{self, DatasetRow},
    people::certificates,
    workspaces,
};

use super::super::{
    Paging,
    grounds::{find, stored, wire},
    user,
    workspaces::relations,
};
use super::{Content, DatasetView, ShareView, object_key};
use crate::{App, AppError};

impl App {
    /// A dataset.
    pub async fn show_dataset(&self, actor: &Actor, id: DatasetId) -> Result<DatasetView, AppError> {
        let (row, resource) = self.dataset_resource(actor, id).await?;
        self.permit(actor, ReadDataset, &resource, "dataset").await?;
        self.dataset_view(actor, row).await
    }

    /// The caller's datasets and those shared to the caller.
    pub async fn list_datasets(&self, actor: &Actor, paging: &Paging) -> Result<Vec<DatasetView>, AppError> {
        self.permit(actor, ListDatasets, &Resource::deployment(), "dataset").await?;
        let rows =
            datasets::visible_to(&self.store.read(), user(actor)?, &paging.after, paging.limit).await?;
        self.dataset_views(actor, rows).await
    }

    /// Datasets shared to a workspace.
    pub async fn workspace_datasets(
        &self,
        actor: &Actor,
        id: Digest,
        paging: &Paging,
    ) -> Result<Vec<DatasetView>, AppError> {
        self.in_workspace(actor, id).await?;
        let rows = datasets::of_workspace(&self.store.read(), id, &paging.after, paging.limit).await?;
        self.dataset_views(actor, rows).await
    }

    /// Whether the caller may see what is in a workspace.
    pub(crate) async fn in_workspace(&self, actor: &Actor, id: Digest) -> Result<(), AppError> {
        user(actor)?;
        let row = self.workspace_row(id).await?;
        let resource = relations(&self.store.read(), actor, &row, Kind::Workspace, id.to_string()).await?;
        self.permit(actor, ReadWorkspaceContents, &resource, "workspace").await.map(|_| ())
    }

    pub(super) async fn dataset_views(
        &self,
        actor: &Actor,
        rows: Vec<DatasetRow>,
    ) -> Result<Vec<DatasetView>, AppError> {
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            views.push(self.dataset_view(actor, row).await?);
        }
        Ok(views)
    }

    pub(super) async fn dataset_view(&self, actor: &Actor, row: DatasetRow) -> Result<DatasetView, AppError> {
        let db = self.store.read();
        let own = actor.user() == Some(row.owner);
        let statement = find(&db, row.manifest).await?;
        let Signer::Certificate(signer) = statement.header().map_err(AppError::internal)?.signer else {
            return Err(AppError::Internal("a manifest without a certificate".into()));
        };
        let certificate =
            certificates::by_digest(&db, signer).await?.ok_or(AppError::Absent("certificate"))?;
        let certificate: Envelope = stored(&certificate.envelope)?;
        let owner = certificate.open::<Certificate>().map_err(AppError::internal)?.predicate().body.clone();
        let mut shares = Vec::new();
        for share in datasets::shares_of(&db, row.id).await? {
            let workspace =
                workspaces::by_id(&db, share.workspace).await?.ok_or(AppError::Absent("workspace"))?;
            let there = relations(&db, actor, &workspace, Kind::Workspace, String::new()).await?;
            if own || there.relations.contains(&Relation::Member) {
                let grant = wire(&find(&db, share.grant).await?);
                shares.push(ShareView { row: share, grant });
            }
        }
        let owner_key = if own { datasets::owner_key(&db, row.manifest).await? } else { None };
        Ok(DatasetView {
            own,
            statement: wire(&statement),
            certificate: wire(&certificate),
            owner,
            owner_key,
            shares,
            row,
        })
    }

    /// The owner's download of ciphertext.
    pub async fn download(
        &self,
        actor: &Actor,
        id: DatasetId,
        (version, name): (u32, &str),
        range: Option<Range<u64>>,
    ) -> Result<Content, AppError> {
        let (_, resource) = self.dataset_resource(actor, id).await?;
        self.permit(actor, DownloadDataset, &resource, "dataset").await?;
        if datasets::upload_of(&self.store.read(), id, version, name)
            .await?
            .is_none_or(|u| u.sha256.is_none())
        {
            return Err(AppError::Absent("file"));
        }
        if range.as_ref().is_none_or(|r| r.start == 0) {
            let tx = self.store.write().await?;
            tx.audit(EntryDraft::done(self.now(), actor, "dataset.download").target(id)).await?;
            tx.commit().await?;
        }
        self.content(&object_key(id, version, name), range).await
    }

    pub(crate) async fn content(&self, key: &str, range: Option<Range<u64>>) -> Result<Content, AppError> {
        let size = self.objects.size(key).await?;
        if range.as_ref().is_some_and(|r| r.start >= r.end || r.end > size) {
            return Err(AppError::Invalid(format!("the range lies outside the {size} bytes there are")));
        }
        Ok(Content { size, bytes: self.objects.get(key, range).await? })
    }
}
