//! What runs leave: release records, sealed outputs, the broker's evidence.

use std::collections::BTreeMap;

use cloister_authz::{Granted, actions::Work};
use cloister_model::{Digest, RunId};

use crate::{Query, Row, StoreError, Tx, datasets::signed, people::parsed, tx::places};

/// A release record with what it rests on.
#[derive(Clone, Debug)]
pub struct ReleaseRow {
    /// The run.
    pub run: RunId,
    /// The record's digest.
    pub digest: Digest,
    /// The record's JSON.
    pub record: String,
    /// The challenge's JSON.
    pub challenge: String,
    /// The transcript, base64.
    pub transcript: String,
    /// The evidence, base64.
    pub evidence: String,
    /// Number of its log entry.
    pub entry: i64,
}

/// A sealed output that was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputRow {
    /// `result`, `log`, or the file that an ingest made.
    pub name: String,
    /// The fence it was put under.
    pub fence: i64,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Digest,
}

fn release(row: &Row) -> Result<ReleaseRow, StoreError> {
    Ok(ReleaseRow {
        run: parsed(row, "run")?,
        digest: parsed(row, "digest")?,
        record: row.try_get("", "record")?,
        challenge: row.try_get("", "challenge")?,
        transcript: row.try_get("", "transcript")?,
        evidence: row.try_get("", "evidence")?,
        entry: row.try_get("", "entry")?,
    })
}

/// The releases of a run, in the order they were logged.
pub async fn releases(db: &dyn Query, id: RunId) -> Result<Vec<ReleaseRow>, StoreError> {
    let sql = "SELECT run, digest, record, challenge, transcript, evidence, entry FROM releases WHERE run = $1 ORDER BY entry";
    db.all(sql, vec![id.to_string().into()]).await?.iter().map(release).collect()
}

/// The newest release record of each of some runs, as JSON.
pub async fn records_of(db: &dyn Query, runs: &[RunId]) -> Result<BTreeMap<RunId, String>, StoreError> {
    if runs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql =
        format!("SELECT run, record FROM releases WHERE run IN ({}) ORDER BY entry", places(runs.len()));
    let values = runs.iter().map(|id| id.to_string().into()).collect();
    let record = |row: &Row| Ok((parsed(row, "run")?, row.try_get("", "record")?));
    db.all(&sql, values).await?.iter().map(record).collect()
}

fn output(row: &Row) -> Result<OutputRow, StoreError> {
    Ok(OutputRow {
        name: row.try_get("", "name")?,
        fence: row.try_get("", "fence")?,
        size: u64::try_from(row.try_get::<i64>("", "size")?).map_err(StoreError::corrupt)?,
        sha256: parsed(row, "sha256")?,
    })
}

/// The outputs put for a run.
pub async fn outputs(db: &dyn Query, id: RunId) -> Result<Vec<OutputRow>, StoreError> {
    let sql = "SELECT name, fence, size, sha256 FROM run_outputs WHERE run = $1 ORDER BY name DESC";
    db.all(sql, vec![id.to_string().into()]).await?.iter().map(output).collect()
}

/// The outputs put for each of some runs.
pub async fn outputs_of(
    db: &dyn Query,
    runs: &[RunId],
) -> Result<BTreeMap<RunId, Vec<OutputRow>>, StoreError> {
    let mut found: BTreeMap<RunId, Vec<OutputRow>> = BTreeMap::new();
    if runs.is_empty() {
        return Ok(found);
    }
    let list = places(runs.len());
    let sql = format!(
        "SELECT run, name, fence, size, sha256 FROM run_outputs WHERE run IN ({list}) ORDER BY name DESC"
    );
    for row in db.all(&sql, runs.iter().map(|id| id.to_string().into()).collect()).await? {
        found.entry(parsed(&row, "run")?).or_default().push(output(&row)?);
    }
    Ok(found)
}

impl Tx {
    /// Stores a release record; stored before, it stays.
    pub async fn add_release(&self, _grant: &Granted<Work>, row: &ReleaseRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO releases (run, digest, record, challenge, transcript, evidence, entry)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (run, digest) DO NOTHING",
            vec![
                row.run.to_string().into(),
                row.digest.to_string().into(),
                row.record.clone().into(),
                row.challenge.clone().into(),
                row.transcript.clone().into(),
                row.evidence.clone().into(),
                row.entry.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Notes an output that was put; a later fence replaces it.
    pub async fn put_output(&self, grant: &Granted<Work>, output: &OutputRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO run_outputs (run, name, fence, size, sha256) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (run, name) DO UPDATE SET fence = excluded.fence, size = excluded.size, sha256 = excluded.sha256",
            vec![
                grant.id().into(),
                output.name.clone().into(),
                output.fence.into(),
                signed(output.size)?.into(),
                output.sha256.to_string().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Keeps the broker's evidence, obtained when the run ended.
    pub async fn keep_broker_evidence(&self, id: RunId, evidence: &str) -> Result<(), StoreError> {
        let sql = "UPDATE runs SET broker_evidence = $1 WHERE id = $2 AND broker_evidence IS NULL";
        self.exec(sql, vec![evidence.into(), id.to_string().into()]).await.map(|_| ())
    }
}
