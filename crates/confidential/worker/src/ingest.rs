//! An ingest: the owner's raw file becomes encrypted Parquet under a fresh key, told to the owner alone.
//!
//! The raw file is read three times by range requests (digests, types, conversion); its plaintext is in memory a few
//! blocks at a time and on no disk. The encrypted file goes out in parts.

use std::{io, sync::Arc};

use cloister_api::worker::{Lease, LeasedTable};
use cloister_client::worker::{CallError, WorkerApi};
use cloister_dataset::{
    DataKey, FileIdentity, FileInfo,
    encrypt::{EncryptError, encrypt},
    ingest::{Compared, Report, compare, open},
    raw::RawError,
    read::{self, ReadError, ReadOptions},
};
use cloister_model::{
    Rng, RunId,
    ingest::{Ingest, PARQUET_OBJECT, RAW_OBJECT},
};
use cloister_statement::predicate::Output;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use crate::{
    RunError,
    ciphertext::RemoteFile,
    exchange::Released,
    hold::{Hold, Share},
    outputs::{Log, Sealed, seal_to},
    parts::Parts,
    ranges::{Line, Ranges, Told},
    real_run::{Ended, Process},
};

/// Rows do not fit, and skipping was not asked for.
const BAD_ROWS: &str = "ingest.bad_rows";
/// Not a file that datasets are made of.
const UNREADABLE: &str = "ingest.unreadable";
/// Not the manifest's bytes, or not opened by its key.
const NOT_AUTHENTIC: &str = "ingest.not_authentic";

/// What is read, and into what: all of it moves to a thread of its own.
struct Work {
    remote: Arc<RemoteFile>,
    raw: FileInfo,
    identity: FileIdentity,
    key: DataKey,
    ingest: Ingest,
    api: Arc<WorkerApi>,
    lease: (RunId, i64),
    rng: Arc<dyn Rng>,
    runtime: Handle,
    line: Arc<Line>,
    share: Share,
}

/// Reads, converts, hands over; dropped, it asks its thread to stop, which then forgets the keys.
pub(crate) async fn execute(
    lease: &Lease,
    hold: &Hold,
    process: &Process<'_>,
    released: &Released,
    log: &mut Log,
) -> Result<Ended, RunError> {
    let work = work(lease, hold, process, released)?;
    let asking = Asking(work.line.clone());
    let converted = tokio::task::spawn_blocking(move || work.convert()).await;
    drop(asking);
    let (code, report) = converted.map_err(|_| RunError::Engine { code: "run.failed", check: None })??;
    hold.at("sealing", None);
    log.line(process.now(), format_args!("{} rows, {} do not fit", report.rows, report.bad_row_count));
    let mut outputs = Vec::new();
    if let Some(FileInfo { name, size, sha256 }) = &report.file {
        let output = Output { name: name.clone(), size: *size, sha256: *sha256 };
        outputs.push(Sealed { output, bytes: None });
    }
    let document =
        serde_json::to_vec(&report).map(Zeroizing::new).map_err(|e| RunError::broken("seal", e))?;
    outputs.push(seal_to("result", &document, &released.grounds.readers)?);
    Ok(Ended { code, outputs })
}

/// Asks a thread to stop when dropped.
struct Asking(Arc<Line>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn work(lease: &Lease, hold: &Hold, process: &Process<'_>, released: &Released) -> Result<Work, RunError> {
    let grounds = &released.grounds;
    cloister_verify::ingests::program(&grounds.spec, grounds.tables.values().map(|(_, manifest)| manifest))
        .map_err(|refused| RunError::broken("inputs", refused))?;
    let ingest = Ingest::parse(&grounds.spec.source).map_err(|e| RunError::broken("inputs", e))?;
    let missing = || RunError::broken("statement", "the lease has no table for the raw manifest");
    let (digest, manifest) = grounds.tables.values().next().ok_or_else(missing)?;
    let table = lease.tables.iter().find(|t| t.manifest == *digest).ok_or_else(missing)?;
    let key = released.keys.get(digest).ok_or_else(missing)?.clone();
    let file = manifest.files.first().filter(|f| f.name == RAW_OBJECT);
    let file = file.ok_or_else(|| RunError::broken("manifest", "it is no raw manifest"))?;
    let table = LeasedTable { dataset: manifest.dataset, ..table.clone() };
    let held = (lease.run, lease.fence);
    Ok(Work {
        remote: Arc::new(RemoteFile::new(process.server, held, &table, manifest.version, RAW_OBJECT)),
        raw: FileInfo { name: file.name.clone(), size: file.size, sha256: file.sha256 },
        identity: FileIdentity {
            dataset: manifest.dataset,
            version: manifest.version,
            object: RAW_OBJECT.into(),
        },
        key,
        ingest,
        api: process.server.clone(),
        lease: held,
        rng: process.ambient.rng.clone(),
        runtime: Handle::current(),
        line: Arc::default(),
        share: hold.share(),
    })
}

/// Why a pass ended early.
enum Halt {
    /// The file is at fault: a code, and a sentence for the owner.
    File(&'static str, String),
    /// The run is.
    Run(RunError),
}

impl Work {
    fn convert(&self) -> Result<(Option<&'static str>, Report), RunError> {
        let mut report = Report::new();
        let ended = self.passes(&mut report);
        // What the libraries made of a call that failed does not count.
        if let Some(failure) = self.line.failure() {
            return Err(failure.into());
        }
        if self.line.stopped() {
            return Err(RunError::Cancelled);
        }
        match ended {
            Ok(()) => Ok((None, report)),
            Err(Halt::File(code, problem)) => {
                report.problem = Some(problem);
                Ok((Some(code), report))
            }
            Err(Halt::Run(error)) => Err(error),
        }
    }

    fn passes(&self, report: &mut Report) -> Result<(), Halt> {
        let other = || Halt::File(NOT_AUTHENTIC, "the raw file is not the one of the manifest".into());
        let compared = compare(self.source("reading", 0), &self.raw, &self.key, &self.identity);
        match compared.map_err(|e| Halt::Run(RunError::Unavailable(e.to_string())))? {
            Compared::Same(plaintext) => report.plaintext = Some(plaintext),
            Compared::Other => return Err(other()),
        }
        let options = ReadOptions {
            header: self.ingest.header,
            schema: self.ingest.schema.clone(),
            skip_bad_rows: self.ingest.skip_bad_rows,
        };
        let opened = self.open("reading", 1)?;
        let found = read::inspect(opened, &options).map_err(|e| unreadable(&e))?;
        report.inspected(&found);
        if found.rows == 0 {
            return Err(Halt::File(UNREADABLE, "no row of the file fits".into()));
        }
        let rows = read::batches(self.open("computing", 2)?, &found).map_err(|e| unreadable(&e))?;
        let fresh = DataKey::generate(self.rng.as_ref());
        let target = FileIdentity {
            dataset: self.ingest.target.dataset,
            version: self.ingest.target.version,
            object: PARQUET_OBJECT.into(),
        };
        let mut parts = Parts::new(&self.api, self.lease, PARQUET_OBJECT, &self.runtime, &self.line);
        let made = encrypt(rows, &found.schema, &fresh, &target, self.rng.as_ref(), &mut parts, &mut |_| {});
        let made = made.map_err(|error| match error {
            EncryptError::Read(error) => unreadable(&error),
            EncryptError::Write(_) | EncryptError::Seal(_) | EncryptError::NotEncrypted => {
                Halt::Run(RunError::Engine { code: "run.failed", check: None })
            }
        })?;
        parts.finish(&made).map_err(|e| failed(&e))?;
        (report.file, report.data_key) = (Some(made), Some(fresh));
        Ok(())
    }

    fn source(&self, stage: &'static str, pass: u32) -> Ranges {
        let told = Told { share: self.share.clone(), stage, pass: (pass, 3) };
        Ranges::new(&self.remote, self.raw.size, &self.runtime, &self.line).telling(told)
    }

    fn open(&self, stage: &'static str, pass: u32) -> Result<cloister_dataset::raw::Opened<Ranges>, Halt> {
        open(self.source(stage, pass), &self.key, &self.identity)
            .map_err(|e: RawError| Halt::File(NOT_AUTHENTIC, e.to_string()))
    }
}

fn failed(error: &io::Error) -> Halt {
    Halt::Run(CallError::Unavailable(error.to_string()).into())
}

fn unreadable(error: &ReadError) -> Halt {
    let code = match error {
        ReadError::BadRows { .. } => BAD_ROWS,
        ReadError::Io(_)
        | ReadError::Empty
        | ReadError::NoRows
        | ReadError::RowTooLong { .. }
        | ReadError::Schema(_)
        | ReadError::SchemaMismatch { .. }
        | ReadError::UnsupportedType { .. }
        | ReadError::AlreadyEncrypted
        | ReadError::Parquet(_)
        | ReadError::Arrow(_) => UNREADABLE,
    };
    Halt::File(code, error.to_string())
}

#[cfg(test)]
mod tests;
