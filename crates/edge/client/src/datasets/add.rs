//! From a file on the owner's device to a manifest at the server.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use cloister_api::datasets::{Dataset, ManifestBody};
use cloister_dataset::{
    DataKey, FileIdentity, FileInfo, read,
    read::{Inspection, ReadOptions},
    rules_file,
};
use cloister_model::{
    Assurance, DatasetId, DatasetName, Digest, ambient::uuid_v4, ingest::PARQUET_OBJECT, rules::Rules,
};
use cloister_statement::{
    data_key::key_id,
    predicate::{CiphertextFile, FileFormat, Manifest},
};

use sha2::{Digest as _, Sha256};

use super::seal_to_owner;
use crate::{
    Client, ClientError,
    client::{Signatory, to_api},
    preview::Facts,
    upload::{
        Encryption, OnProgress, PART, encrypt_into, send,
        shelf::{Record, Shelf},
    },
};

/// A file that was read once, with the rules it shall have.
#[derive(Debug)]
pub struct Prepared {
    pub(super) path: PathBuf,
    /// What the first pass found: format, schema, rows, bad rows.
    pub inspection: Inspection,
    /// The first rows.
    pub preview: Vec<Vec<Option<String>>>,
    /// The rules.
    pub rules: Rules,
}

/// What a new dataset shall be.
#[derive(Clone, Debug)]
pub struct Addition {
    /// Its name.
    pub name: DatasetName,
    /// The least assurance of a worker.
    pub floor: Assurance,
}

pub(super) fn open(path: &Path) -> Result<File, ClientError> {
    let file = File::open(path).map_err(|e| ClientError::file(path, e))?;
    match file.metadata() {
        Ok(about) if about.is_file() => Ok(file),
        Ok(_) => Err(ClientError::Input(format!("`{}` is not a file", path.display()))),
        Err(e) => Err(ClientError::file(path, e)),
    }
}

impl Prepared {
    /// Reads the whole file once. Bad rows are an error unless the options skip them; the inspection lists them.
    pub fn read(path: &Path, options: &ReadOptions, rules: Option<&str>) -> Result<Self, ClientError> {
        let input = |e: &dyn std::fmt::Display| ClientError::Input(format!("`{}`: {e}", path.display()));
        let inspection = read::inspect(open(path)?, options).map_err(|e| input(&e))?;
        let preview = read::preview(open(path)?, &inspection, 5).map_err(|e| input(&e))?;
        let rules = match rules {
            Some(text) => rules_file::parse(text, &inspection.schema)
                .map_err(|e| ClientError::Input(format!("the rules file: {e}")))?,
            None => Rules::open(),
        };
        Ok(Self { path: path.to_owned(), inspection, preview, rules })
    }
}

/// A dataset that was added.
#[derive(Clone, Debug)]
pub struct Added {
    /// As the server shows it.
    pub dataset: Dataset,
    /// The byte from which an upload went on that another process had begun; 0 for one in a single go.
    pub resumed_at: u64,
}

/// Ciphertext that is complete on this device.
pub(super) struct Ready {
    pub(super) identity: FileIdentity,
    pub(super) key: DataKey,
    pub(super) info: FileInfo,
}

impl Ready {
    pub(super) fn new(dataset: DatasetId, key: DataKey, info: FileInfo) -> Self {
        Self { identity: identity(dataset, &info.name), key, info }
    }
}

/// A file of the first version.
pub(super) fn identity(dataset: DatasetId, object: &str) -> FileIdentity {
    FileIdentity { dataset, version: 1, object: object.into() }
}

/// What makes two additions the same one: server, name, content, how the content is read, and what it becomes here.
pub(super) fn sameness(
    server: &str,
    prepared: &Prepared,
    name: &DatasetName,
    object: &str,
) -> Result<Digest, ClientError> {
    let mut file = open(&prepared.path)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut buffer).map_err(|e| ClientError::file(&prepared.path, e))?;
        match buffer.get(..read) {
            Some(bytes) if !bytes.is_empty() => hash.update(bytes),
            Some(_) | None => break,
        }
    }
    let how = format!("{server}\n{name}\n{object}\n{:?}", prepared.inspection);
    hash.update(Sha256::digest(how));
    Ok(Digest(hash.finalize().into()))
}

impl Client {
    /// Encrypts, uploads and signs for a new dataset. Nothing but ciphertext leaves the device. Cut in the middle of the
    /// upload and called again for the same file, it goes on where it was.
    pub async fn add_dataset(
        &self,
        prepared: Prepared,
        addition: &Addition,
        progress: OnProgress,
    ) -> Result<Added, ClientError> {
        let me = self.signatory().await?;
        let (server, name) = (self.config()?.server, addition.name.clone());
        let (prepared, digest) = blocking(move || {
            let digest = sameness(&server, &prepared, &name, PARQUET_OBJECT)?;
            Ok((prepared, digest))
        })
        .await?;
        let shelf = Arc::new(Shelf::open(self.profile.folder(), digest)?);
        let ready = match self.kept(&shelf, PARQUET_OBJECT)? {
            Some(ready) => {
                if let Some(dataset) = self.added_before(ready.identity.dataset).await? {
                    shelf.forget();
                    return Ok(Added { dataset, resumed_at: ready.info.size });
                }
                ready
            }
            None => {
                self.name_is_free(&addition.name).await?;
                self.encrypted(&me, &prepared, &shelf, &progress).await?
            }
        };
        let resumed_at = self.sent(&shelf, &ready, &progress).await?;
        let dataset = self.sign_for(&me, prepared, addition, &ready).await?;
        shelf.forget();
        Ok(Added { dataset, resumed_at })
    }

    /// Uploads what is on the shelf; gives the byte from which it went on.
    pub(super) async fn sent(
        &self,
        shelf: &Shelf,
        ready: &Ready,
        progress: &OnProgress,
    ) -> Result<u64, ClientError> {
        let path = shelf.ciphertext();
        let sent = send(&self.api, &ready.identity, (&path, &ready.info, PART), progress).await;
        if let Err(ClientError::Problem(problem)) = &sent
            && problem.status == 422
        {
            // The server's bytes are not these: going on with them is of no use, the next attempt begins anew.
            shelf.forget();
        }
        sent
    }

    /// Ciphertext that a process which did not come to its end left here.
    pub(super) fn kept(&self, shelf: &Shelf, object: &str) -> Result<Option<Ready>, ClientError> {
        let Some(record) = shelf.kept() else { return Ok(None) };
        let Some(key) = self.open_sealed(&record.key)? else { return Ok(None) };
        let info = FileInfo { name: object.into(), size: record.size, sha256: record.sha256 };
        Ok(Some(Ready::new(record.dataset, key, info)))
    }

    /// The dataset, when the process before was cut after its last request only.
    pub(super) async fn added_before(&self, id: DatasetId) -> Result<Option<Dataset>, ClientError> {
        match self.api.get(&format!("/datasets/{id}")).await {
            Ok(dataset) => Ok(Some(dataset)),
            Err(ClientError::Problem(problem)) if problem.status == 404 => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Two datasets of one name could not be told apart by name.
    pub(super) async fn name_is_free(&self, name: &DatasetName) -> Result<(), ClientError> {
        let all: Vec<Dataset> = self.api.all("/datasets").await?;
        let taken = all.iter().any(|held| held.own && held.name == *name && held.state != "deleted");
        if taken {
            let text = format!("you have a dataset `{name}` already: give another name, or delete that one");
            return Err(ClientError::Conflict(text));
        }
        Ok(())
    }

    async fn encrypted(
        &self,
        me: &Signatory,
        prepared: &Prepared,
        shelf: &Arc<Shelf>,
        progress: &OnProgress,
    ) -> Result<Ready, ClientError> {
        let dataset = DatasetId(uuid_v4(self.ambient.rng.as_ref()));
        let key = DataKey::generate(self.ambient.rng.as_ref());
        let job = Encryption {
            source: open(&prepared.path)?,
            inspection: prepared.inspection.clone(),
            key: key.clone(),
            identity: identity(dataset, PARQUET_OBJECT),
            rng: Arc::clone(&self.ambient.rng),
        };
        let (target, told) = (shelf.begin()?, Arc::clone(progress));
        let info = blocking(move || encrypt_into(job, target, &told)).await?;
        let sealed = seal_to_owner(me, &key)?;
        shelf.keep(&Record { dataset, key: sealed, size: info.size, sha256: info.sha256 })?;
        Ok(Ready::new(dataset, key, info))
    }

    async fn sign_for(
        &self,
        me: &Signatory,
        prepared: Prepared,
        addition: &Addition,
        ready: &Ready,
    ) -> Result<Dataset, ClientError> {
        let info = ready.info.clone();
        let facts = Facts::new()
            .fact("dataset", &addition.name)
            .fact("columns", prepared.inspection.schema.columns().len())
            .fact("rows", prepared.inspection.rows)
            .fact(
                "rules",
                if prepared.rules.protects() { "protecting" } else { "open: rows may be returned" },
            )
            .fact("least assurance", word(addition.floor))
            .fact("ciphertext SHA-256", info.sha256);
        let manifest = Manifest {
            dataset: ready.identity.dataset,
            sequence: 1,
            previous: None,
            version: 1,
            name: addition.name.clone(),
            schema: prepared.inspection.schema,
            rules: prepared.rules,
            floor: addition.floor,
            files: vec![CiphertextFile { name: info.name, size: info.size, sha256: info.sha256 }],
            format: FileFormat::Parquet,
            key_id: key_id(ready.key.expose()),
        };
        let manifest = self.sign(me, None, manifest, facts)?;
        let body = ManifestBody {
            manifest: to_api(&manifest),
            owner_key: seal_to_owner(me, &ready.key)?,
            from_run: None,
            shares: Vec::new(),
        };
        Ok(self.api.post("/datasets", &body).await?.value)
    }
}

/// Runs what reads and encrypts whole files beside the other tasks.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ClientError> + Send + 'static,
) -> Result<T, ClientError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| ClientError::Failed(format!("the encryption stopped: {e}")))?
}

pub(crate) fn word(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::Hardware => "hardware",
        Assurance::Simulated => "simulated: proves nothing about hardware",
    }
}
