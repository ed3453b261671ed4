//! Datasets, their manifests, uploads and shares.

mod uploads;

use cloister_authz::{
    Granted,
    actions::{AddDataset, ManageDataset},
};
use cloister_model::{DatasetId, DatasetName, Digest, SqlName, Timestamp, UserId};
use uuid::Uuid;

use crate::{Query, Row, StoreError, Tx, people::parsed};

/// An upload of one ciphertext file.
#[derive(Clone, Debug)]
pub struct UploadRow {
    /// The upload.
    pub id: Uuid,
    /// Whose.
    pub owner: UserId,
    /// The dataset it is for.
    pub dataset: DatasetId,
    /// Version of the data.
    pub version: u32,
    /// The file's name.
    pub name: String,
    /// Bytes durably received.
    pub received: u64,
    /// The digest, once finished.
    pub sha256: Option<Digest>,
}

/// A dataset.
#[derive(Clone, Debug)]
pub struct DatasetRow {
    /// The dataset.
    pub id: DatasetId,
    /// Whose.
    pub owner: UserId,
    /// Its name.
    pub name: DatasetName,
    /// The highest manifest.
    pub manifest: Digest,
    /// Its sequence number.
    pub sequence: u64,
    /// `ready` or `deleted`.
    pub state: String,
    /// When it was added.
    pub created: Timestamp,
}

/// A share.
#[derive(Clone, Debug)]
pub struct ShareRow {
    /// The grant.
    pub grant: Digest,
    /// The dataset.
    pub dataset: DatasetId,
    /// The workspace.
    pub workspace: Digest,
    /// The manifest granted.
    pub manifest: Digest,
    /// The SQL name there.
    pub sql_name: SqlName,
    /// The sealed key's JSON.
    pub sealed_key: String,
    /// `waiting` (for its manifest), `live`, `revoked` or `superseded`.
    pub state: String,
}

fn unsigned(row: &Row, column: &str) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<i64>("", column)?).map_err(StoreError::corrupt)
}

/// An unsigned number as the database takes it.
pub(crate) fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(StoreError::corrupt)
}

fn upload(row: &Row) -> Result<UploadRow, StoreError> {
    let sha256: Option<String> = row.try_get("", "sha256")?;
    Ok(UploadRow {
        id: parsed(row, "id")?,
        owner: parsed(row, "owner")?,
        dataset: parsed(row, "dataset")?,
        version: u32::try_from(row.try_get::<i64>("", "version")?).map_err(StoreError::corrupt)?,
        name: row.try_get("", "name")?,
        received: unsigned(row, "received")?,
        sha256: sha256.map(|s| s.parse()).transpose().map_err(StoreError::corrupt)?,
    })
}

fn dataset(row: &Row) -> Result<DatasetRow, StoreError> {
    Ok(DatasetRow {
        id: parsed(row, "id")?,
        owner: parsed(row, "owner")?,
        name: parsed(row, "name")?,
        manifest: parsed(row, "manifest")?,
        sequence: unsigned(row, "sequence")?,
        state: row.try_get("", "state")?,
        created: Timestamp::from_micros(row.try_get("", "created")?),
    })
}

fn share(row: &Row) -> Result<ShareRow, StoreError> {
    Ok(ShareRow {
        grant: parsed(row, "grant_digest")?,
        dataset: parsed(row, "dataset")?,
        workspace: parsed(row, "workspace")?,
        manifest: parsed(row, "manifest")?,
        sql_name: parsed(row, "sql_name")?,
        sealed_key: row.try_get("", "sealed_key")?,
        state: row.try_get("", "state")?,
    })
}

const UPLOAD: &str = "SELECT id, owner, dataset, version, name, received, sha256 FROM uploads";
const DATASET: &str =
    "SELECT d.id, d.owner, d.name, d.manifest, d.sequence, d.state, d.created FROM datasets d";
const SHARE: &str =
    "SELECT grant_digest, dataset, workspace, manifest, sql_name, sealed_key, state FROM shares";

/// The upload of this id.
pub async fn upload_by_id(db: &dyn Query, id: Uuid) -> Result<Option<UploadRow>, StoreError> {
    let sql = format!("{UPLOAD} WHERE id = $1");
    db.one(&sql, vec![id.to_string().into()]).await?.as_ref().map(upload).transpose()
}

/// The upload of this file of a dataset.
pub async fn upload_of(
    db: &dyn Query,
    dataset: DatasetId,
    version: u32,
    name: &str,
) -> Result<Option<UploadRow>, StoreError> {
    let sql = format!("{UPLOAD} WHERE dataset = $1 AND version = $2 AND name = $3");
    let values = vec![dataset.to_string().into(), i64::from(version).into(), name.into()];
    db.one(&sql, values).await?.as_ref().map(upload).transpose()
}

/// Every upload of a dataset.
pub async fn uploads_of(db: &dyn Query, dataset: DatasetId) -> Result<Vec<UploadRow>, StoreError> {
    let sql = format!("{UPLOAD} WHERE dataset = $1 ORDER BY version, name");
    db.all(&sql, vec![dataset.to_string().into()]).await?.iter().map(upload).collect()
}

/// The dataset of this id.
pub async fn by_id(db: &dyn Query, id: DatasetId) -> Result<Option<DatasetRow>, StoreError> {
    let sql = format!("{DATASET} WHERE d.id = $1");
    db.one(&sql, vec![id.to_string().into()]).await?.as_ref().map(dataset).transpose()
}

/// The user's datasets and those live in active workspaces the user is a member of; by id.
pub async fn visible_to(
    db: &dyn Query,
    user: UserId,
    after: &str,
    limit: u64,
) -> Result<Vec<DatasetRow>, StoreError> {
    let sql = format!(
        "{DATASET} WHERE d.id > $2 AND (d.owner = $1 OR EXISTS (
            SELECT 1 FROM shares s JOIN workspaces w ON w.id = s.workspace JOIN invitations i ON i.charter = w.charter
            WHERE s.dataset = d.id AND s.state = 'live' AND i.member = $1 AND w.version > 0)) ORDER BY d.id LIMIT {limit}"
    );
    db.all(&sql, vec![user.to_string().into(), after.into()]).await?.iter().map(dataset).collect()
}

/// Datasets live in a workspace; by id.
pub async fn of_workspace(
    db: &dyn Query,
    workspace: Digest,
    after: &str,
    limit: u64,
) -> Result<Vec<DatasetRow>, StoreError> {
    let sql = format!(
        "{DATASET} WHERE d.id > $2 AND EXISTS (SELECT 1 FROM shares s WHERE s.dataset = d.id AND s.workspace = $1
         AND s.state = 'live') ORDER BY d.id LIMIT {limit}"
    );
    db.all(&sql, vec![workspace.to_string().into(), after.into()]).await?.iter().map(dataset).collect()
}

/// A dataset's shares, oldest first.
pub async fn shares_of(db: &dyn Query, dataset: DatasetId) -> Result<Vec<ShareRow>, StoreError> {
    let sql = format!("{SHARE} WHERE dataset = $1 ORDER BY created, grant_digest");
    db.all(&sql, vec![dataset.to_string().into()]).await?.iter().map(share).collect()
}

/// Everything ever shared to a workspace, oldest first.
pub async fn shares_to(db: &dyn Query, workspace: Digest) -> Result<Vec<ShareRow>, StoreError> {
    let sql = format!("{SHARE} WHERE workspace = $1 ORDER BY created, grant_digest");
    db.all(&sql, vec![workspace.to_string().into()]).await?.iter().map(share).collect()
}

/// The dataset that a grant is about.
pub async fn granted(db: &dyn Query, grant: Digest) -> Result<Option<DatasetId>, StoreError> {
    let sql = "SELECT dataset FROM shares WHERE grant_digest = $1";
    db.one(sql, vec![grant.to_string().into()]).await?.map(|row| parsed(&row, "dataset")).transpose()
}

/// Digests of a dataset's manifests, by sequence number.
pub async fn manifests_of(db: &dyn Query, dataset: DatasetId) -> Result<Vec<Digest>, StoreError> {
    let sql = "SELECT digest FROM manifests WHERE dataset = $1 ORDER BY sequence";
    db.all(sql, vec![dataset.to_string().into()]).await?.iter().map(|row| parsed(row, "digest")).collect()
}

/// The data key sealed to the owner, by manifest.
pub async fn owner_key(db: &dyn Query, manifest: Digest) -> Result<Option<String>, StoreError> {
    let row = db
        .one("SELECT owner_key FROM manifests WHERE digest = $1", vec![manifest.to_string().into()])
        .await?;
    row.map(|row| Ok(row.try_get("", "owner_key")?)).transpose()
}

impl Tx {
    /// Adds a dataset.
    pub async fn add_dataset(
        &self,
        _grant: &Granted<AddDataset>,
        row: &DatasetRow,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO datasets (id, owner, name, manifest, sequence, state, created)
             VALUES ($1, $2, $3, $4, $5, 'ready', $6)",
            vec![
                row.id.to_string().into(),
                row.owner.to_string().into(),
                row.name.as_str().into(),
                row.manifest.to_string().into(),
                signed(row.sequence)?.into(),
                row.created.micros().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Indexes a stored manifest with the owner's copy of the key.
    pub async fn add_manifest(
        &self,
        dataset: DatasetId,
        manifest: Digest,
        sequence: u64,
        owner_key: &str,
    ) -> Result<(), StoreError> {
        let values = vec![
            manifest.to_string().into(),
            dataset.to_string().into(),
            signed(sequence)?.into(),
            owner_key.into(),
        ];
        let sql = "INSERT INTO manifests (digest, dataset, sequence, owner_key) VALUES ($1, $2, $3, $4)";
        self.exec(sql, values).await.map(|_| ())
    }

    /// A superseding manifest is acknowledged: shares of older ones end, those that waited for it begin.
    pub async fn supersede(
        &self,
        dataset: DatasetId,
        manifest: Digest,
        sequence: u64,
        name: &DatasetName,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE datasets SET manifest = $1, sequence = $2, name = $3 WHERE id = $4 AND sequence < $2";
        let values = vec![
            manifest.to_string().into(),
            signed(sequence)?.into(),
            name.as_str().into(),
            dataset.to_string().into(),
        ];
        if self.exec(sql, values).await? == 0 {
            return Ok(());
        }
        let values = || vec![dataset.to_string().into(), manifest.to_string().into()];
        let old = "UPDATE shares SET state = 'superseded' WHERE dataset = $1 AND manifest <> $2 AND state IN ('live', 'waiting')";
        self.exec(old, values()).await?;
        let new =
            "UPDATE shares SET state = 'live' WHERE dataset = $1 AND manifest = $2 AND state = 'waiting'";
        self.exec(new, values()).await?;
        self.bump_shared(dataset).await
    }

    /// Notes that shares of a dataset changed, in every workspace that has or had one.
    async fn bump_shared(&self, dataset: DatasetId) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO stamps (name, value) SELECT DISTINCT workspace, 1 FROM shares WHERE dataset = $1
                   ON CONFLICT (name) DO UPDATE SET value = stamps.value + 1";
        self.exec(sql, vec![dataset.to_string().into()]).await.map(|_| ())
    }

    /// Stores a share.
    pub async fn add_share(
        &self,
        _grant: &Granted<ManageDataset>,
        row: &ShareRow,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO shares (grant_digest, dataset, workspace, manifest, sql_name, sealed_key, state, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            vec![
                row.grant.to_string().into(),
                row.dataset.to_string().into(),
                row.workspace.to_string().into(),
                row.manifest.to_string().into(),
                row.sql_name.as_str().into(),
                row.sealed_key.clone().into(),
                row.state.clone().into(),
                now.micros().into(),
            ],
        )
        .await?;
        self.bump_workspace(row.workspace).await
    }

    /// Ends a share.
    pub async fn end_share(&self, grant: Digest) -> Result<(), StoreError> {
        let sql =
            "UPDATE shares SET state = 'revoked' WHERE grant_digest = $1 AND state IN ('live', 'waiting')";
        self.exec(sql, vec![grant.to_string().into()]).await?;
        let sql = "INSERT INTO stamps (name, value) SELECT workspace, 1 FROM shares WHERE grant_digest = $1
                   ON CONFLICT (name) DO UPDATE SET value = stamps.value + 1";
        self.exec(sql, vec![grant.to_string().into()]).await.map(|_| ())
    }

    /// Replaces the seal of a live share; false when there is none.
    pub async fn reseal(
        &self,
        grant: &Granted<ManageDataset>,
        workspace: Digest,
        sealed: &str,
    ) -> Result<bool, StoreError> {
        let sql =
            "UPDATE shares SET sealed_key = $1 WHERE dataset = $2 AND workspace = $3 AND state = 'live'";
        let done =
            self.exec(sql, vec![sealed.into(), grant.id().into(), workspace.to_string().into()]).await? == 1;
        self.bump_workspace(workspace).await?;
        Ok(done)
    }

    /// The deletion is acknowledged: the dataset is unreleasable for good.
    pub async fn bury_dataset(&self, dataset: DatasetId) -> Result<(), StoreError> {
        let id = || vec![dataset.to_string().into()];
        self.exec("UPDATE datasets SET state = 'deleted' WHERE id = $1", id()).await?;
        self.exec(
            "UPDATE shares SET state = 'revoked' WHERE dataset = $1 AND state IN ('live', 'waiting')",
            id(),
        )
        .await?;
        self.bump_shared(dataset).await
    }
}
