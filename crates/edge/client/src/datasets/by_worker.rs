//! From a file on the owner's device to a dataset by way of a worker: the path of what cannot write encrypted Parquet.
//!
//! The file is sealed as it is and uploaded; an ingest in the owner's personal workspace makes encrypted Parquet of it;
//! the owner signs for what came out. Cut anywhere and called again for the same file, it goes on where it was.

use std::{
    fs::File,
    io::{Read, Write},
    sync::Arc,
};

use cloister_api::{
    InForce,
    datasets::{Dataset, ManifestBody},
    runs::Run,
};
use cloister_dataset::{
    DataKey, FileIdentity, FileInfo,
    ingest::{Plaintext, Report},
    raw,
    read::ReadOptions,
    rules_file,
};
use cloister_model::{
    Assurance, DatasetId, Digest, RunId,
    ambient::uuid_v4,
    ingest::{PARQUET_OBJECT, RAW_OBJECT},
};
use cloister_statement::{
    data_key::key_id,
    predicate::{CiphertextFile, FileFormat, Manifest},
};
use sha2::{Digest as _, Sha256};

use super::{
    Addition, HeldDataset, Prepared,
    add::{Ready, blocking, identity, open, sameness},
    seal_to_owner,
};
use crate::{
    Client, ClientError,
    client::{Signatory, to_api},
    preview::Facts,
    upload::{
        OnProgress, Progress,
        shelf::{Record, Shelf},
    },
};

const CHUNK: usize = 1 << 20;

/// What came of it.
#[derive(Debug)]
pub struct Ingested {
    /// As the server shows it; none when the file was at fault, and nothing of it is kept.
    pub dataset: Option<Dataset>,
    /// What the worker told; none when an earlier process was told.
    pub report: Option<Report>,
    /// The ingest's run.
    pub run: Option<RunId>,
    /// The code with which it failed, when the file was at fault.
    pub code: Option<String>,
    /// The byte from which an upload went on that another process had begun.
    pub resumed_at: u64,
}

impl Client {
    /// Seals, uploads, lets a worker convert, and signs for a new dataset.
    pub async fn add_dataset_by_worker(
        &self,
        prepared: Prepared,
        addition: &Addition,
        reading: &ReadOptions,
        (progress, seen): (OnProgress, &mut (dyn FnMut(&Run) + Send)),
    ) -> Result<Ingested, ClientError> {
        let me = self.signatory().await?;
        let (server, name) = (self.config()?.server, addition.name.clone());
        let (prepared, digest) = blocking(move || {
            let digest = sameness(&server, &prepared, &name, RAW_OBJECT)?;
            Ok((prepared, digest))
        })
        .await?;
        let shelf = Arc::new(Shelf::open(self.profile.folder(), digest)?);
        let ready = match self.kept(&shelf, RAW_OBJECT)? {
            Some(ready) => ready,
            None => {
                self.name_is_free(&addition.name).await?;
                self.sealed(&me, &prepared, &shelf, &progress).await?
            }
        };
        let (dataset, resumed_at) = match self.added_before(ready.identity.dataset).await? {
            Some(dataset) => (dataset, ready.info.size),
            None => {
                let resumed_at = self.sent(&shelf, &ready, &progress).await?;
                (self.sign_raw(&me, &prepared, addition, &ready).await?, resumed_at)
            }
        };
        let held = self.hold_dataset(dataset).await?;
        if held.manifest.format.is_parquet() {
            shelf.forget();
            let dataset = Some(held.dataset);
            return Ok(Ingested { dataset, report: None, run: None, code: None, resumed_at });
        }
        let plaintext = plaintext_of(&prepared).await?;
        let ended = self.ingest(&me, &held, reading, seen).await?;
        let report = self.report(&ended).await?;
        if report.plaintext != Some(plaintext) && report.file.is_some() {
            return Err(ClientError::refused("result", "the worker read another file than was sealed here"));
        }
        let run = Some(ended.id);
        let (dataset, code) = if report.file.is_some() {
            (Some(self.sign_ingested(&me, &held, &ended, &report).await?), None)
        } else {
            self.delete_dataset(&held.dataset.id.to_string()).await?;
            (None, ended.code)
        };
        shelf.forget();
        Ok(Ingested { dataset, report: Some(report), run, code, resumed_at })
    }

    async fn sealed(
        &self,
        me: &Signatory,
        prepared: &Prepared,
        shelf: &Arc<Shelf>,
        progress: &OnProgress,
    ) -> Result<Ready, ClientError> {
        let dataset = DatasetId(uuid_v4(self.ambient.rng.as_ref()));
        let key = DataKey::generate(self.ambient.rng.as_ref());
        let (source, target) = (open(&prepared.path)?, shelf.begin()?);
        let (sealing, told, rows) = (key.clone(), Arc::clone(progress), prepared.inspection.rows);
        let info = blocking(move || {
            let info = seal_into(source, &sealing, &identity(dataset, RAW_OBJECT), target)?;
            told(Progress { rows, total_rows: rows, ..Progress::default() });
            Ok(info)
        })
        .await?;
        let sealed = seal_to_owner(me, &key)?;
        shelf.keep(&Record { dataset, key: sealed, size: info.size, sha256: info.sha256 })?;
        Ok(Ready::new(dataset, key, info))
    }

    async fn sign_raw(
        &self,
        me: &Signatory,
        prepared: &Prepared,
        addition: &Addition,
        ready: &Ready,
    ) -> Result<Dataset, ClientError> {
        let FileInfo { name, size, sha256 } = ready.info.clone();
        let facts = Facts::new()
            .fact("dataset", &addition.name)
            .fact("format", "a raw file: only your own ingest reads it")
            .fact("least assurance", super::word(addition.floor))
            .fact("ciphertext SHA-256", sha256);
        let manifest = Manifest {
            dataset: ready.identity.dataset,
            sequence: 1,
            previous: None,
            version: 1,
            name: addition.name.clone(),
            schema: prepared.inspection.schema.clone(),
            rules: prepared.rules.clone(),
            floor: addition.floor,
            files: vec![CiphertextFile { name, size, sha256 }],
            format: FileFormat::Raw,
            key_id: key_id(ready.key.expose()),
        };
        let manifest = self.sign(me, None, manifest, facts)?;
        let owner_key = seal_to_owner(me, &ready.key)?;
        let body =
            ManifestBody { manifest: to_api(&manifest), owner_key, from_run: None, shares: Vec::new() };
        Ok(self.api.post("/datasets", &body).await?.value)
    }

    /// What the worker told, under its verified receipt; the file it names is the receipt's.
    async fn report(&self, run: &Run) -> Result<Report, ClientError> {
        let opened = self.open_output(run, "result").await?;
        let report: Report = serde_json::from_slice(&opened.plaintext)
            .map_err(|e| ClientError::Protocol(format!("the report of the ingest: {e}")))?;
        let (_, receipt) = self.receipt(run).await?;
        let named = report.file.as_ref().is_none_or(|file| {
            receipt
                .outputs
                .iter()
                .any(|o| o.name == file.name && o.size == file.size && o.sha256 == file.sha256)
        });
        if report.version != 1 {
            return Err(ClientError::Protocol("the report of the ingest has an unknown version".into()));
        }
        if named {
            Ok(report)
        } else {
            Err(ClientError::refused("result", "the report names another file than the receipt"))
        }
    }

    /// The manifest of what an ingest made.
    async fn sign_ingested(
        &self,
        me: &Signatory,
        held: &HeldDataset,
        run: &Run,
        report: &Report,
    ) -> Result<Dataset, ClientError> {
        let missing = || ClientError::Protocol("the report of the ingest is not complete".into());
        let file = report.file.clone().filter(|f| f.name == PARQUET_OBJECT).ok_or_else(missing)?;
        let (key, schema) =
            (report.data_key.clone().ok_or_else(missing)?, report.schema.clone().ok_or_else(missing)?);
        let rules = held.manifest.rules.clone();
        rules_file::validate(&rules, &schema)
            .map_err(|e| ClientError::Input(format!("the rules do not fit the columns found: {e}")))?;
        let facts = Facts::new()
            .fact("dataset", &held.manifest.name)
            .fact("supersedes", format!("the raw file, manifest {}", held.digest))
            .fact("columns", schema.columns().len())
            .fact("rows", report.rows)
            .fact("rules", if rules.protects() { "protecting" } else { "open: rows may be returned" })
            .fact("least assurance", super::word(held.manifest.floor))
            .fact("ciphertext SHA-256", file.sha256);
        let manifest = Manifest {
            sequence: held.manifest.sequence + 1,
            previous: Some(held.digest),
            version: held.manifest.version + 1,
            schema,
            files: vec![CiphertextFile { name: file.name, size: file.size, sha256: file.sha256 }],
            format: FileFormat::Parquet,
            key_id: key_id(key.expose()),
            ..held.manifest.clone()
        };
        let manifest = self.sign(me, None, manifest, facts)?;
        let body = ManifestBody {
            manifest: to_api(&manifest),
            owner_key: seal_to_owner(me, &key)?,
            from_run: Some(run.id),
            shares: Vec::new(),
        };
        let path = format!("/datasets/{}/manifests", held.dataset.id);
        let answer = self.api.post::<InForce>(&path, &body).await?;
        self.acknowledged(manifest.digest(), answer.value).await?;
        self.api.get(&format!("/datasets/{}", held.dataset.id)).await
    }
}

/// Seals a file as it is into another, durably.
fn seal_into(
    mut source: File,
    key: &DataKey,
    identity: &FileIdentity,
    target: File,
) -> Result<FileInfo, ClientError> {
    let failed = |e: std::io::Error| ClientError::Failed(format!("the sealed file cannot be kept: {e}"));
    let mut hashing = Hashing { file: target, hash: Sha256::new(), size: 0 };
    let sink = std::io::BufWriter::with_capacity(CHUNK, &mut hashing);
    let mut writer = raw::seal(key, identity, sink).map_err(|e| ClientError::Failed(e.to_string()))?;
    std::io::copy(&mut source, &mut writer).map_err(failed)?;
    writer.finish().and_then(|mut sink| sink.flush()).map_err(failed)?;
    hashing.file.sync_all().map_err(failed)?;
    let sha256 = Digest(hashing.hash.finalize().into());
    Ok(FileInfo { name: identity.object.clone(), size: hashing.size, sha256 })
}

struct Hashing {
    file: File,
    hash: Sha256,
    size: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = self.file.write(bytes)?;
        self.hash.update(&bytes[..taken]);
        self.size += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Size and digest of the file as it is, to compare with what the worker read.
async fn plaintext_of(prepared: &Prepared) -> Result<Plaintext, ClientError> {
    let path = prepared.path.clone();
    blocking(move || {
        let mut file = open(&path)?;
        let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, vec![0; CHUNK]);
        loop {
            let taken = file.read(&mut buffer).map_err(|e| ClientError::file(&path, e))?;
            match buffer.get(..taken) {
                Some(bytes) if !bytes.is_empty() => hash.update(bytes),
                Some(_) | None => break,
            }
            size += taken as u64;
        }
        Ok(Plaintext { size, sha256: Digest(hash.finalize().into()) })
    })
    .await
}

/// Whether simulated workers may read it, as its floor says.
pub(super) fn simulated_allowed(floor: Assurance) -> bool {
    match floor {
        Assurance::Simulated => true,
        Assurance::Hardware => false,
    }
}
