//! Resumable uploads: a part is acknowledged when file and row are durable; the row is the truth.

use bytes::Bytes;
use cloister_authz::{
    Actor, Granted, Kind, Relation, Resource,
    actions::{CreateUpload, ReadUpload, WriteUpload},
};
use cloister_model::{DatasetId, Digest};
use cloister_store::{
    EntryDraft,
    datasets::{self, UploadRow},
    objects::Growing,
};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use super::{datasets::object_key, user};
use crate::{App, AppError};

/// The most bytes of a part.
pub const MAX_PART: usize = 16 << 20;

fn resource(actor: &Actor, row: &UploadRow) -> Resource {
    Resource::new(Kind::Upload, row.id.to_string()).with(Relation::Own, actor.user() == Some(row.owner))
}

fn file_name(name: &str) -> Result<(), AppError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=100).contains(&name.len()) && name.chars().all(plain) && !name.starts_with('.') {
        Ok(())
    } else {
        Err(AppError::Invalid(
            "a file's name has 1 to 100 letters, digits, `-`, `_` or `.`, and no `.` first".into(),
        ))
    }
}

impl App {
    /// Begins the upload of a file of a dataset, or goes on with it.
    pub async fn begin_upload(
        &self,
        actor: &Actor,
        dataset: DatasetId,
        version: u32,
        name: &str,
    ) -> Result<UploadRow, AppError> {
        let granted = self.permit(actor, CreateUpload, &Resource::deployment(), "upload").await?;
        file_name(name)?;
        if version == 0 {
            return Err(AppError::Invalid("versions count from 1".into()));
        }
        let owner = user(actor)?;
        let tx = self.store.write().await?;
        if let Some(found) = datasets::upload_of(&tx, dataset, version, name).await? {
            return if found.owner == owner {
                Ok(found)
            } else {
                Err(AppError::Conflict("the file is there already".into()))
            };
        }
        if datasets::by_id(&tx, dataset).await?.is_some_and(|d| d.owner != owner || d.state == "deleted") {
            return Err(AppError::Conflict("the dataset is there already".into()));
        }
        let row = UploadRow {
            id: self.new_id(),
            owner,
            dataset,
            version,
            name: name.into(),
            received: 0,
            sha256: None,
        };
        tx.add_upload(&granted, &row, self.now()).await?;
        tx.audit(EntryDraft::done(self.now(), actor, "upload.create").target(dataset)).await?;
        tx.commit().await?;
        Ok(row)
    }

    async fn own_upload(
        &self,
        actor: &Actor,
        id: Uuid,
    ) -> Result<(UploadRow, Granted<WriteUpload>), AppError> {
        let row = datasets::upload_by_id(&self.store.read(), id).await?.ok_or(AppError::Absent("upload"))?;
        let granted = self.permit(actor, WriteUpload, &resource(actor, &row), "upload").await?;
        Ok((row, granted))
    }

    /// How far an upload is.
    pub async fn show_upload(&self, actor: &Actor, id: Uuid) -> Result<UploadRow, AppError> {
        let row = datasets::upload_by_id(&self.store.read(), id).await?.ok_or(AppError::Absent("upload"))?;
        self.permit(actor, ReadUpload, &resource(actor, &row), "upload").await?;
        Ok(row)
    }

    /// Takes the next part. The write transaction keeps two parts from the same place apart.
    pub async fn upload_part(
        &self,
        actor: &Actor,
        id: Uuid,
        offset: u64,
        part: Bytes,
    ) -> Result<UploadRow, AppError> {
        let (_, granted) = self.own_upload(actor, id).await?;
        if part.is_empty() || part.len() > MAX_PART {
            return Err(AppError::Invalid(format!("a part has 1 to {MAX_PART} bytes, got {}", part.len())));
        }
        let tx = self.store.write().await?;
        let row = datasets::upload_by_id(&tx, id).await?.ok_or(AppError::Absent("upload"))?;
        if row.sha256.is_some() {
            return Err(AppError::State("the upload is finished".into()));
        }
        if offset != row.received {
            return Err(AppError::Conflict(format!(
                "the upload stands at byte {}, not at {offset}",
                row.received
            )));
        }
        self.objects.append(id, offset, &part).await?;
        let received = offset + part.len() as u64;
        if !tx.advance_upload(&granted, offset, received).await? {
            return Err(AppError::Conflict("another part came first".into()));
        }
        tx.commit().await?;
        Ok(UploadRow { received, ..row })
    }

    /// Compares size and digest; from then on it is a file of the dataset. Repeated, it answers the same.
    pub async fn finish_upload(
        &self,
        actor: &Actor,
        id: Uuid,
        size: u64,
        sha256: Digest,
    ) -> Result<UploadRow, AppError> {
        let (row, granted) = self.own_upload(actor, id).await?;
        if let Some(known) = row.sha256 {
            let same = known == sha256 && row.received == size;
            return if same {
                Ok(row)
            } else {
                Err(AppError::Conflict("the upload was finished otherwise".into()))
            };
        }
        let word = if row.received < size { "truncated" } else { "overlong" };
        if row.received != size {
            let why = format!("the upload is {word}: {} bytes came, {size} were announced", row.received);
            return Err(AppError::Unprocessable(why));
        }
        let found = self.hash_upload(row.id, &object_key(row.dataset, row.version, &row.name), size).await?;
        if found != sha256 {
            return Err(AppError::Unprocessable(format!(
                "the upload's digest is `{found}`, `{sha256}` was announced"
            )));
        }
        let tx = self.store.write().await?;
        if !tx.seal_upload(&granted, size, sha256).await? {
            return Err(AppError::Conflict("the upload changed meanwhile".into()));
        }
        self.objects.finish_upload(id, &object_key(row.dataset, row.version, &row.name)).await?;
        tx.audit(
            EntryDraft::done(self.now(), actor, "upload.finish").target(row.dataset).fact("sha256", sha256),
        )
        .await?;
        tx.commit().await?;
        Ok(UploadRow { sha256: Some(sha256), ..row })
    }

    /// The digest of bytes that came in parts, wherever they are: still growing, or the object `key` already, when the
    /// server or its database died before the row could say so.
    pub(super) async fn hash_upload(
        &self,
        id: impl Into<Growing>,
        key: &str,
        size: u64,
    ) -> Result<Digest, AppError> {
        let failed = |e: std::io::Error| AppError::file("the upload", &e);
        let absent = |e: &std::io::Error| e.kind() == std::io::ErrorKind::NotFound;
        let mut opened = tokio::fs::File::open(self.objects.upload_path(id)).await;
        if opened.as_ref().is_err_and(absent) {
            opened = tokio::fs::File::open(self.objects.finished_path(key)?).await;
        }
        let file = match opened {
            Ok(file) => file,
            Err(e) if absent(&e) && size == 0 => return Ok(Digest(Sha256::digest([]).into())),
            Err(e) => return Err(failed(e)),
        };
        let mut file = file.take(size);
        let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
        loop {
            let n = file.read(&mut buffer).await.map_err(failed)?;
            if n == 0 {
                return Ok(Digest(hash.finalize().into()));
            }
            hash.update(buffer.get(..n).unwrap_or_default());
        }
    }
}
