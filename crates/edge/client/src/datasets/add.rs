//! From a file on the owner's device to a manifest at the server.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use cloister_api::datasets::{Dataset, ManifestBody};
use cloister_dataset::{
    DataKey, FileIdentity, read,
    read::{Inspection, ReadOptions},
    rules_file,
};
use cloister_model::{Assurance, DatasetId, DatasetName, ambient::uuid_v4, rules::Rules};
use cloister_statement::{
    data_key::key_id,
    predicate::{CiphertextFile, Manifest},
};

use super::seal_to_owner;
use crate::{
    Client, ClientError,
    client::to_api,
    preview::Facts,
    upload::{Encryption, OnProgress, encrypt_and_upload},
};

/// The one file of a version.
const OBJECT: &str = "part-00000.parquet";

/// A file that was read once, with the rules it shall have.
#[derive(Debug)]
pub struct Prepared {
    path: PathBuf,
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

fn open(path: &Path) -> Result<File, ClientError> {
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

impl Client {
    /// Encrypts, uploads and signs for a new dataset. Nothing but ciphertext leaves the device.
    pub async fn add_dataset(
        &self,
        prepared: Prepared,
        addition: &Addition,
        progress: OnProgress,
    ) -> Result<Dataset, ClientError> {
        let me = self.signatory().await?;
        let dataset = DatasetId(uuid_v4(self.ambient.rng.as_ref()));
        let key = DataKey::generate(self.ambient.rng.as_ref());
        let job = Encryption {
            source: open(&prepared.path)?,
            inspection: prepared.inspection.clone(),
            key: key.clone(),
            identity: FileIdentity { dataset, version: 1, object: OBJECT.into() },
            rng: Arc::clone(&self.ambient.rng),
        };
        let info = encrypt_and_upload(&self.api, job, progress).await?;
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
            dataset,
            sequence: 1,
            previous: None,
            version: 1,
            name: addition.name.clone(),
            schema: prepared.inspection.schema,
            rules: prepared.rules,
            floor: addition.floor,
            files: vec![CiphertextFile { name: info.name, size: info.size, sha256: info.sha256 }],
            key_id: key_id(key.expose()),
        };
        let manifest = self.sign(&me, None, manifest, facts)?;
        let body = ManifestBody {
            manifest: to_api(&manifest),
            owner_key: seal_to_owner(&me, &key)?,
            shares: Vec::new(),
        };
        Ok(self.api.post("/datasets", &body).await?.value)
    }
}

pub(crate) fn word(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::Hardware => "hardware",
        Assurance::Simulated => "simulated: proves nothing about hardware",
    }
}
