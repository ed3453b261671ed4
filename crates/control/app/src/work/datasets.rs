//! Datasets: manifests, shares, revocation, deletion.

mod adoption;
mod views;

use bytes::Bytes;
use cloister_authz::{
    Actor, Granted, Kind, Relation, Resource,
    actions::{AddDataset, ManageDataset},
};
use cloister_model::{DatasetId, Digest, RunId, SqlName};
use cloister_statement::predicate::{Certificate, DatasetDeletion, Grant, Manifest, Revocation};
use cloister_store::{
    EntryDraft, StoreError, Tx,
    datasets::{self, DatasetRow, ShareRow},
    workspaces,
};
use cloister_verify::manifests::validate_manifest;
use futures::stream::BoxStream;
use serde_json::Value;

use super::{
    ON_ACK,
    grounds::{Grounds, envelope},
    user,
    workspaces::relations,
};
use crate::{
    App, AppError,
    restrict::{Restriction, Standing, entry_of},
};

/// Where a ciphertext file lies.
pub(crate) fn object_key(dataset: DatasetId, version: u32, name: &str) -> String {
    format!("datasets/{dataset}/{version}/{name}")
}

/// Bytes on their way out.
pub struct Content {
    /// Size of the whole.
    pub size: u64,
    /// The bytes asked for.
    pub bytes: BoxStream<'static, Result<Bytes, StoreError>>,
}

/// A share to make.
#[derive(Clone, Debug)]
pub struct NewShare {
    /// The signed grant.
    pub grant: Value,
    /// The key sealed to the broker.
    pub sealed_key: Value,
    /// The SQL name.
    pub sql_name: SqlName,
}

/// A manifest that supersedes another.
#[derive(Clone, Debug)]
pub struct NewManifest<'a> {
    /// The signed manifest.
    pub manifest: &'a Value,
    /// The data key sealed to the owner.
    pub owner_key: &'a str,
    /// The ingest that made its file, instead of an upload.
    pub from_run: Option<RunId>,
    /// Shares that begin with it.
    pub shares: Vec<NewShare>,
}

/// A share as shown.
#[derive(Clone, Debug)]
pub struct ShareView {
    /// The row.
    pub row: ShareRow,
    /// The signed grant.
    pub grant: Value,
}

/// A dataset as shown.
#[derive(Clone, Debug)]
pub struct DatasetView {
    /// The row.
    pub row: DatasetRow,
    /// Whether the caller owns it.
    pub own: bool,
    /// The signed manifest.
    pub statement: Value,
    /// The owner's certificate.
    pub certificate: Value,
    /// What it says.
    pub owner: Certificate,
    /// The key sealed to the owner, for the owner.
    pub owner_key: Option<String>,
    /// Shares the caller may see.
    pub shares: Vec<ShareView>,
}

impl App {
    /// Adds a dataset by its first manifest.
    pub async fn add_dataset(
        &self,
        actor: &Actor,
        manifest: &Value,
        owner_key: &str,
    ) -> Result<DatasetView, AppError> {
        let granted = self.permit(actor, AddDataset, &Resource::deployment(), "dataset").await?;
        let result = self.first_manifest(actor, &granted, manifest, owner_key).await;
        let row = self.noting(actor, "dataset.add", "deployment", result).await?;
        self.dataset_view(actor, row).await
    }

    async fn first_manifest(
        &self,
        actor: &Actor,
        granted: &Granted<AddDataset>,
        manifest: &Value,
        owner_key: &str,
    ) -> Result<DatasetRow, AppError> {
        let manifest = envelope(manifest)?;
        let body = manifest
            .open::<Manifest>()
            .map_err(|e| AppError::Invalid(e.to_string()))?
            .predicate()
            .body
            .clone();
        self.signed_by_caller(actor, &manifest).await?;
        if body.sequence != 1 {
            return Err(AppError::Unprocessable("a dataset begins with manifest 1".into()));
        }
        let grounds = Grounds::around(&self.store.read(), &[&manifest]).await?;
        self.admit(&manifest, &grounds)?;
        let row = DatasetRow {
            id: body.dataset,
            owner: user(actor)?,
            name: body.name.clone(),
            manifest: manifest.digest(),
            sequence: 1,
            state: "ready".into(),
            created: self.now(),
        };
        let tx = self.store.write().await?;
        self.files_there(&tx, actor, &body).await?;
        self.keep(&tx, &manifest, actor, ("dataset.add", &row.id.to_string())).await?;
        tx.add_dataset(granted, &row).await?;
        tx.add_manifest(row.id, row.manifest, 1, owner_key).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Every file a manifest names is a finished upload of the caller's with that size and digest.
    async fn files_there(&self, tx: &Tx, actor: &Actor, body: &Manifest) -> Result<(), AppError> {
        validate_manifest(body).map_err(AppError::Unprocessable)?;
        for file in &body.files {
            let upload = datasets::upload_of(tx, body.dataset, body.version, &file.name).await?;
            let there = upload.is_some_and(|u| {
                actor.user() == Some(u.owner) && u.received == file.size && u.sha256 == Some(file.sha256)
            });
            if !there {
                let why =
                    format!("the file `{}` is not a finished upload of that size and digest", file.name);
                return Err(AppError::Unprocessable(why));
            }
        }
        Ok(())
    }

    async fn dataset_resource(
        &self,
        actor: &Actor,
        id: DatasetId,
    ) -> Result<(DatasetRow, Resource), AppError> {
        user(actor)?;
        let db = self.store.read();
        let row = datasets::by_id(&db, id).await?.ok_or(AppError::Absent("dataset"))?;
        let mut resource = Resource::new(Kind::Dataset, id.to_string())
            .with(Relation::Owner, actor.user() == Some(row.owner));
        for share in datasets::shares_of(&db, id).await? {
            if share.state == "live"
                && let Some(workspace) = workspaces::by_id(&db, share.workspace).await?
            {
                let there = relations(&db, actor, &workspace, Kind::Workspace, String::new()).await?;
                resource = resource.with(Relation::Member, there.relations.contains(&Relation::Member));
            }
        }
        Ok((row, resource))
    }

    async fn managed(
        &self,
        actor: &Actor,
        id: DatasetId,
    ) -> Result<(DatasetRow, Granted<ManageDataset>), AppError> {
        let (row, resource) = self.dataset_resource(actor, id).await?;
        let granted = self.permit(actor, ManageDataset, &resource, "dataset").await?;
        if row.state == "deleted" {
            return Err(AppError::State("the dataset is deleted: it is unreleasable".into()));
        }
        Ok((row, granted))
    }

    /// Supersedes the manifest; shares that come with it begin when the broker has acknowledged it.
    pub async fn supersede_manifest(
        &self,
        actor: &Actor,
        id: DatasetId,
        new: &NewManifest<'_>,
    ) -> Result<(Digest, Standing), AppError> {
        let (row, granted) = self.managed(actor, id).await?;
        let result = self.next_manifest(&granted, &row, new).await;
        self.noting(actor, "dataset.supersede", id, result).await
    }

    async fn next_manifest(
        &self,
        granted: &Granted<ManageDataset>,
        row: &DatasetRow,
        new: &NewManifest<'_>,
    ) -> Result<(Digest, Standing), AppError> {
        let actor = granted.actor();
        let manifest = envelope(new.manifest)?;
        let body = manifest
            .open::<Manifest>()
            .map_err(|e| AppError::Invalid(e.to_string()))?
            .predicate()
            .body
            .clone();
        self.signed_by_caller(actor, &manifest).await?;
        if body.dataset != row.id || body.sequence != row.sequence + 1 || body.previous != Some(row.manifest)
        {
            return Err(AppError::Conflict("the manifest does not follow the dataset's newest one".into()));
        }
        let all = datasets::manifests_of(&self.store.read(), row.id).await?;
        let grounds = Grounds::of(&self.store.read(), None, &all).await?;
        self.admit(&manifest, &grounds)?;
        let entry = entry_of(&manifest, self.now(), actor, "dataset.supersede").target(row.id);
        let tx = self.store.write().await?;
        if let Some(run) = new.from_run {
            self.adopt(&tx, granted, &body, run).await?;
        }
        self.files_there(&tx, actor, &body).await?;
        let supporting = grounds.supporting(&[row.manifest]);
        self.restrict(&tx, Restriction { statement: &manifest, supporting, on_ack: ON_ACK, entry }).await?;
        tx.add_manifest(row.id, manifest.digest(), body.sequence, new.owner_key).await?;
        for share in &new.shares {
            self.store_share(&tx, granted, row.id, share, (manifest.digest(), "waiting")).await?;
        }
        tx.commit().await?;
        Ok((manifest.digest(), self.standing(manifest.digest()).await?))
    }

    async fn store_share(
        &self,
        tx: &Tx,
        granted: &Granted<ManageDataset>,
        dataset: DatasetId,
        share: &NewShare,
        (manifest, state): (Digest, &str),
    ) -> Result<ShareRow, AppError> {
        let grant = envelope(&share.grant)?;
        let opened = grant.open::<Grant>().map_err(|e| AppError::Invalid(e.to_string()))?.predicate().clone();
        let workspace =
            opened.workspace.ok_or(AppError::Unprocessable("the grant names no workspace".into()))?;
        if opened.body.manifest != manifest {
            return Err(AppError::Conflict("the grant is not for the dataset's newest manifest".into()));
        }
        self.signed_by_caller(granted.actor(), &grant).await?;
        let row = workspaces::by_id(tx, workspace).await?.ok_or(AppError::Absent("workspace"))?;
        let member = relations(tx, granted.actor(), &row, Kind::Workspace, String::new()).await?;
        if !member.relations.contains(&Relation::Member) {
            return Err(AppError::Absent("workspace"));
        }
        if row.state != "active" {
            return Err(AppError::State(format!("the workspace is {}", row.state)));
        }
        let grounds = Grounds::of(tx, Some(workspace), &[manifest]).await?;
        self.admit(&grant, &grounds)?;
        for other in datasets::shares_to(tx, workspace).await? {
            if other.dataset != dataset && other.state == "live" && other.sql_name == share.sql_name {
                let why = format!(
                    "`{}` is the name of another dataset there; choose one with `--as`",
                    share.sql_name
                );
                return Err(AppError::Conflict(why));
            }
        }
        self.keep(tx, &grant, granted.actor(), ("dataset.share", &dataset.to_string())).await?;
        let new = ShareRow {
            grant: grant.digest(),
            dataset,
            workspace,
            manifest,
            sql_name: share.sql_name.clone(),
            sealed_key: share.sealed_key.to_string(),
            state: state.into(),
        };
        match tx.add_share(granted, &new, self.now()).await {
            Ok(()) => Ok(new),
            Err(StoreError::Conflict) => {
                Err(AppError::Conflict("the dataset is shared there already".into()))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Shares a dataset to a workspace.
    pub async fn share_dataset(
        &self,
        actor: &Actor,
        id: DatasetId,
        share: &NewShare,
    ) -> Result<DatasetView, AppError> {
        let (row, granted) = self.managed(actor, id).await?;
        let tx = self.store.write().await?;
        let result = match self.store_share(&tx, &granted, id, share, (row.manifest, "live")).await {
            Ok(new) => {
                self.tell_shared(&tx, &new, actor).await?;
                tx.commit().await?;
                Ok(())
            }
            Err(error) => {
                drop(tx);
                Err(error)
            }
        };
        self.noting(actor, "dataset.share", id, result).await?;
        self.dataset_view(actor, row).await
    }

    /// Ends a share at once.
    pub async fn revoke_share(
        &self,
        actor: &Actor,
        id: DatasetId,
        statement: &Value,
    ) -> Result<(Digest, Standing), AppError> {
        let (_, granted) = self.managed(actor, id).await?;
        let revocation = envelope(statement)?;
        let opened = revocation
            .open::<Revocation>()
            .map_err(|e| AppError::Invalid(e.to_string()))?
            .predicate()
            .clone();
        let mine = datasets::shares_of(&self.store.read(), id).await?;
        let share = mine.iter().find(|s| s.grant == opened.body.grant).ok_or(AppError::Absent("share"))?;
        let grounds = self.grounds(share.workspace).await?;
        let standing =
            self.restricting(&granted, &revocation, &grounds, &[share.grant, share.manifest]).await;
        Ok((revocation.digest(), self.noting(actor, "dataset.revoke", id, standing).await?))
    }

    /// Deletes a dataset: ciphertext and tombstone, both or neither.
    pub async fn delete_dataset(
        &self,
        actor: &Actor,
        id: DatasetId,
        statement: &Value,
    ) -> Result<(Digest, Standing), AppError> {
        let (row, granted) = self.managed(actor, id).await?;
        let deletion = envelope(statement)?;
        let body = deletion
            .open::<DatasetDeletion>()
            .map_err(|e| AppError::Invalid(e.to_string()))?
            .predicate()
            .body
            .clone();
        if body.dataset != id || body.manifest != row.manifest {
            return Err(AppError::Conflict(
                "the deletion does not name the dataset's newest manifest".into(),
            ));
        }
        let grounds = Grounds::of(&self.store.read(), None, &[row.manifest]).await?;
        let standing = self.restricting(&granted, &deletion, &grounds, &[row.manifest]).await;
        Ok((deletion.digest(), self.noting(actor, "dataset.delete", id, standing).await?))
    }

    /// Repeats the seal for the broker now in force.
    pub async fn reseal(
        &self,
        actor: &Actor,
        id: DatasetId,
        workspace: Digest,
        sealed: &Value,
    ) -> Result<(), AppError> {
        let (_, granted) = self.managed(actor, id).await?;
        let tx = self.store.write().await?;
        if !tx.reseal(&granted, workspace, &sealed.to_string()).await? {
            return Err(AppError::Absent("share"));
        }
        tx.audit(EntryDraft::done(self.now(), actor, "dataset.reseal").target(id).workspace(workspace))
            .await?;
        Ok(tx.commit().await?)
    }
}
