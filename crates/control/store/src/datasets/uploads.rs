//! Uploads, and files that came by another way, as they change.

use cloister_authz::{
    Granted,
    actions::{CreateUpload, ManageDataset, WriteUpload},
};
use cloister_model::{Digest, Timestamp};
use uuid::Uuid;

use super::{UploadRow, signed};
use crate::{StoreError, Tx};

impl Tx {
    /// Begins an upload.
    pub async fn add_upload(
        &self,
        _grant: &Granted<CreateUpload>,
        row: &UploadRow,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO uploads (id, owner, dataset, version, name, received, created) VALUES ($1, $2, $3, $4, $5, 0, $6)",
            vec![
                row.id.to_string().into(),
                row.owner.to_string().into(),
                row.dataset.to_string().into(),
                i64::from(row.version).into(),
                row.name.clone().into(),
                now.micros().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// A part is durably there; false when another part came first.
    pub async fn advance_upload(
        &self,
        grant: &Granted<WriteUpload>,
        from: u64,
        to: u64,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE uploads SET received = $1 WHERE id = $2 AND received = $3 AND sha256 IS NULL";
        Ok(self.exec(sql, vec![signed(to)?.into(), grant.id().into(), signed(from)?.into()]).await? == 1)
    }

    /// Size and digest are compared; nothing can be added any more.
    pub async fn seal_upload(
        &self,
        grant: &Granted<WriteUpload>,
        size: u64,
        sha256: Digest,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE uploads SET sha256 = $1 WHERE id = $2 AND received = $3 AND sha256 IS NULL";
        let values = vec![sha256.to_string().into(), grant.id().into(), signed(size)?.into()];
        Ok(self.exec(sql, values).await? == 1)
    }

    /// A file that came by another way than an upload is one of the dataset's, as if it had been uploaded whole.
    pub async fn adopt_upload(
        &self,
        _grant: &Granted<ManageDataset>,
        row: &UploadRow,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let values = vec![
            row.id.to_string().into(),
            row.owner.to_string().into(),
            row.dataset.to_string().into(),
            i64::from(row.version).into(),
            row.name.clone().into(),
            signed(row.received)?.into(),
            row.sha256.map(|digest| digest.to_string()).into(),
            now.micros().into(),
        ];
        let sql = "INSERT INTO uploads (id, owner, dataset, version, name, received, sha256, created)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        self.exec(sql, values).await.map(|_| ())
    }

    /// Forgets a file that no manifest in force names.
    pub async fn forget_upload(&self, id: Uuid) -> Result<(), StoreError> {
        self.exec("DELETE FROM uploads WHERE id = $1", vec![id.to_string().into()]).await.map(|_| ())
    }
}
