//! What workers ask: leases under fences, progress, release records into the log, outputs, the end.

mod ending;
mod leasing;
mod parts;
pub(super) mod seen;

pub use seen::Asker;

use std::ops::Range;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_audit::Included;
use cloister_authz::{Actor, Granted, Kind, Resource, actions::Work};
use cloister_model::{
    DatasetId, Digest, Duration, RunId, SqlName,
    states::{RunKind, RunState},
};
use cloister_statement::predicate::{Manifest, ReleaseRecord, Spec};
use cloister_store::{
    EntryDraft, datasets,
    runs::{self, ReleaseRow, RunRow},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    datasets::{Content, object_key},
    grounds::{envelope, find},
};
use crate::{App, AppError, restrict::row_of};

/// How long a lease lasts unless renewed.
const LEASE: Duration = Duration::seconds(30);
/// Stages a worker may report.
const STAGES: &[&str] = &["proving", "releasing", "reading", "computing", "sealing"];
/// The most bytes of a sealed output.
pub const MAX_OUTPUT: usize = 512 << 20;

/// One table of a leased run.
#[derive(Clone, Debug)]
pub struct LeasedTable {
    /// The SQL name.
    pub sql_name: SqlName,
    /// The manifest.
    pub manifest: Digest,
    /// The dataset.
    pub dataset: DatasetId,
    /// The sealed key; absent in tests.
    pub sealed_key: Option<Value>,
}

/// Work for a worker.
#[derive(Clone, Debug)]
pub struct Leased {
    /// The run.
    pub row: RunRow,
    /// The fence of this lease.
    pub fence: i64,
    /// Every statement of the run.
    pub statements: Vec<Value>,
    /// Its tables.
    pub tables: Vec<LeasedTable>,
}

/// What a worker brings with a release record.
#[derive(Clone, Debug)]
pub struct NewRelease {
    /// The record.
    pub record: Value,
    /// The challenge.
    pub challenge: Value,
    /// The transcript, base64.
    pub transcript: String,
    /// The evidence, base64.
    pub evidence: String,
}

/// How a worker ends a run.
#[derive(Clone, Debug)]
pub struct Finish {
    /// `succeeded`, `cancelled` or a code.
    pub outcome: String,
    /// The check that refused.
    pub check: Option<String>,
    /// The receipt.
    pub receipt: Option<Value>,
    /// Outputs: name, size, digest.
    pub outputs: Vec<(String, u64, Digest)>,
    /// The report as it came.
    pub report: Value,
}

fn lost() -> AppError {
    AppError::Conflict("the lease is not the live one".into())
}

fn word(text: &str) -> Result<&str, AppError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.');
    if (1..=60).contains(&text.len()) && text.chars().all(plain) {
        Ok(text)
    } else {
        Err(AppError::Invalid("a code is 1 to 60 lower-case letters, digits, `_`, `-` or `.`".into()))
    }
}

impl App {
    async fn working(&self, actor: &Actor, id: impl Into<String>) -> Result<Granted<Work>, AppError> {
        self.permit(actor, Work, &Resource::new(Kind::Run, id), "run").await
    }

    async fn held(&self, actor: &Actor, id: RunId, fence: i64) -> Result<(RunRow, Granted<Work>), AppError> {
        let granted = self.working(actor, id.to_string()).await?;
        let row = runs::by_id(&self.store.read(), id).await?.ok_or(AppError::Absent("run"))?;
        if row.fence == fence && row.state == RunState::Running { Ok((row, granted)) } else { Err(lost()) }
    }

    /// Renews the lease; true when the run was cancelled.
    pub async fn run_progress(
        &self,
        actor: &Actor,
        (id, fence): (RunId, i64),
        stage: &str,
        share: Option<f64>,
    ) -> Result<bool, AppError> {
        if !STAGES.contains(&stage) || share.is_some_and(|s| !(0.0..=1.0).contains(&s)) {
            return Err(AppError::Invalid("an unknown stage, or a share outside 0 to 1".into()));
        }
        let (row, granted) = self.held(actor, id, fence).await?;
        let tx = self.store.write().await?;
        if !tx.run_progress(&granted, fence, (stage, share), self.now().plus(LEASE)).await? {
            return Err(lost());
        }
        tx.commit().await?;
        self.tell_progress(row.workspace, id.to_string()).await?;
        Ok(row.cancel)
    }

    /// Stores and logs a release record; answers with its place in the log.
    pub async fn log_release(
        &self,
        actor: &Actor,
        (id, fence): (RunId, i64),
        new: &NewRelease,
    ) -> Result<Included, AppError> {
        let (row, granted) = self.held(actor, id, fence).await?;
        let (record, challenge) = (envelope(&new.record)?, envelope(&new.challenge)?);
        let body = record
            .open::<ReleaseRecord>()
            .map_err(|e| AppError::Invalid(e.to_string()))?
            .predicate()
            .body
            .clone();
        let bytes = |text: &str| STANDARD.decode(text).map_err(|_| AppError::Invalid("not base64".into()));
        let digest = |bytes: Vec<u8>| Digest(Sha256::digest(bytes).into());
        let fits = body.run == id
            && body.spec == row.spec
            && body.challenge == challenge.digest()
            && body.transcript == digest(bytes(&new.transcript)?)
            && body.evidence == digest(bytes(&new.evidence)?);
        if !fits {
            return Err(AppError::Unprocessable(
                "the release record is about another run, challenge, transcript or evidence".into(),
            ));
        }
        let mut grounds = self.run_grounds(&row).await?;
        grounds.dossier.add(&record)?;
        let known = runs::releases(&self.store.read(), id).await?;
        if let Some(known) = known.iter().find(|r| r.digest == record.digest()) {
            return self.log.wait_for(known.entry).await;
        }
        let now = self.now();
        let tx = self.store.write().await?;
        tx.store_statement(&row_of(&record, now)?, None).await?;
        let entry = EntryDraft::done(now, actor, "release").target(id).workspace(row.workspace);
        let entry = tx.audit(entry.statement(record.digest())).await?;
        tx.add_release(
            &granted,
            &ReleaseRow {
                run: id,
                digest: record.digest(),
                record: String::from_utf8(record.to_json()).map_err(AppError::internal)?,
                challenge: String::from_utf8(challenge.to_json()).map_err(AppError::internal)?,
                transcript: new.transcript.clone(),
                evidence: new.evidence.clone(),
                entry,
            },
        )
        .await?;
        tx.commit().await?;
        self.log.wait_for(entry).await
    }

    /// A range of ciphertext of a table of the leased run.
    pub async fn run_ciphertext(
        &self,
        actor: &Actor,
        (id, fence): (RunId, i64),
        (dataset, version, name): (DatasetId, u32, &str),
        range: Option<Range<u64>>,
    ) -> Result<Content, AppError> {
        let (row, _) = self.held(actor, id, fence).await?;
        let db = self.store.read();
        let spec =
            find(&db, row.spec).await?.open::<Spec>().map_err(AppError::internal)?.predicate().body.clone();
        for manifest in spec.tables.values() {
            let body = find(&db, *manifest)
                .await?
                .open::<Manifest>()
                .map_err(AppError::internal)?
                .predicate()
                .body
                .clone();
            let listed = body.dataset == dataset
                && body.version == version
                && body.files.iter().any(|f| f.name == name);
            if listed && row.kind == RunKind::Real {
                if datasets::by_id(&db, dataset).await?.is_none_or(|d| d.state == "deleted") {
                    return Err(AppError::Absent("file"));
                }
                return self.content(&object_key(dataset, version, name), range).await;
            }
        }
        Err(AppError::Absent("file"))
    }
}
