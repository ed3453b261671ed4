//! Ciphertext and sealed outputs in an object store: a local folder by default.

use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use cloister_model::RunId;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path,
};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::{Disk, StoreError};

/// The object store and the folder where uploads grow.
#[derive(Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    uploads: PathBuf,
    root: PathBuf,
}

/// Bytes that come in parts until they are whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growing {
    /// A person's upload.
    Upload(uuid::Uuid),
    /// What an ingest makes, under the fence of its lease.
    Output(RunId, i64),
}

impl From<uuid::Uuid> for Growing {
    fn from(upload: uuid::Uuid) -> Self {
        Self::Upload(upload)
    }
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            other => match Disk::of(&other) {
                Some(disk) => Self::Disk(disk),
                None => Self::Unavailable(other.to_string()),
            },
        }
    }
}

impl Objects {
    /// Opens (and makes) the store under `folder`.
    pub async fn open(folder: &FsPath) -> Result<Self, StoreError> {
        let root = folder.join("objects");
        let uploads = folder.join("uploads");
        for made in [&root, &uploads] {
            tokio::fs::create_dir_all(made).await.map_err(StoreError::file)?;
        }
        let local = LocalFileSystem::new_with_prefix(&root)?;
        Ok(Self { store: Arc::new(local), uploads, root })
    }

    fn path(key: &str) -> Result<Path, StoreError> {
        Path::parse(key).map_err(|e| StoreError::Corrupt(e.to_string()))
    }

    /// Puts a whole object, replacing what was there.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        let path = Self::path(key)?;
        self.store.put(&path, PutPayload::from_bytes(bytes)).await?;
        let file = self.root.join(path.as_ref());
        let sync = async {
            tokio::fs::File::open(&file).await?.sync_all().await?;
            match file.parent() {
                Some(parent) => tokio::fs::File::open(parent).await?.sync_all().await,
                None => Ok(()),
            }
        };
        sync.await.map_err(StoreError::file)
    }

    /// Size of an object.
    pub async fn size(&self, key: &str) -> Result<u64, StoreError> {
        Ok(self.store.head(&Self::path(key)?).await?.size)
    }

    /// The bytes of a range, as a stream; the whole object without one.
    pub async fn get(
        &self,
        key: &str,
        range: Option<std::ops::Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes, StoreError>>, StoreError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.store.get_opts(&Self::path(key)?, options).await?;
        Ok(found.into_stream().map(|part| part.map_err(StoreError::from)).boxed())
    }

    /// Removes an object; one that is not there is removed already.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        match self.store.delete(&Self::path(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn upload_file(&self, growing: Growing) -> PathBuf {
        match growing {
            Growing::Upload(id) => self.uploads.join(id.to_string()),
            Growing::Output(run, fence) => self.uploads.join(format!("{run}.{fence}")),
        }
    }

    /// Bytes of an upload that are durably there, as far as the file tells (the row is the truth: it may say less).
    pub async fn uploaded(&self, id: impl Into<Growing>) -> Result<u64, StoreError> {
        match tokio::fs::metadata(self.upload_file(id.into())).await {
            Ok(found) => Ok(found.len()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(e) => Err(StoreError::file(e)),
        }
    }

    /// Writes a part at its offset and syncs. What lies after the offset (a part whose row never committed) goes.
    pub async fn append(&self, id: impl Into<Growing>, offset: u64, part: &[u8]) -> Result<(), StoreError> {
        let growing = self.upload_file(id.into());
        let work = async {
            let mut file =
                tokio::fs::OpenOptions::new().create(true).truncate(false).write(true).open(growing).await?;
            file.set_len(offset).await?;
            file.seek(std::io::SeekFrom::Start(offset)).await?;
            file.write_all(part).await?;
            file.flush().await?;
            file.sync_all().await
        };
        work.await.map_err(StoreError::file)
    }

    /// Where an upload's bytes are, to hash them before it is finished.
    pub fn upload_path(&self, id: impl Into<Growing>) -> PathBuf {
        self.upload_file(id.into())
    }

    /// Where they are when the upload became the object `key`, and its server died before it could say so.
    pub fn finished_path(&self, key: &str) -> Result<PathBuf, StoreError> {
        Ok(self.root.join(Self::path(key)?.as_ref()))
    }

    /// Makes the finished upload the object `key` (a rename: the same disk). Done already, it stays done.
    pub async fn finish_upload(&self, id: impl Into<Growing>, key: &str) -> Result<(), StoreError> {
        self.settle(&self.upload_file(id.into()), key).await
    }

    /// Makes the object `from` the object `to`. Done already, it stays done.
    pub async fn adopt(&self, from: &str, to: &str) -> Result<(), StoreError> {
        self.settle(&self.root.join(Self::path(from)?.as_ref()), to).await
    }

    async fn settle(&self, source: &FsPath, key: &str) -> Result<(), StoreError> {
        let target = self.root.join(Self::path(key)?.as_ref());
        let work = async {
            if let Some(parent) = target.parent() {
                tokio::fs::create_dir_all(parent).await?;
            }
            match tokio::fs::rename(source, &target).await {
                Err(e)
                    if e.kind() == std::io::ErrorKind::NotFound && tokio::fs::try_exists(&target).await? =>
                {
                    Ok(())
                }
                other => other,
            }?;
            match target.parent() {
                Some(parent) => tokio::fs::File::open(parent).await?.sync_all().await,
                None => Ok(()),
            }
        };
        work.await.map_err(StoreError::file)
    }

    /// Forgets an upload's bytes.
    pub async fn drop_upload(&self, id: impl Into<Growing>) -> Result<(), StoreError> {
        match tokio::fs::remove_file(self.upload_file(id.into())).await {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(StoreError::file(e)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
