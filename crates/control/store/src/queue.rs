//! The job queue: unique names, leases with fences, retries with growing pauses.

use cloister_model::{Duration, Timestamp};

use crate::{Query, Reader, StoreError, Tx};

/// A job to enqueue. A name that is queued already is left as it is.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Unique.
    pub name: String,
    /// Which code runs it.
    pub kind: &'static str,
    /// What that code needs, as JSON.
    pub payload: serde_json::Value,
    /// Not before.
    pub run_at: Timestamp,
}

/// A leased job.
#[derive(Clone, Debug)]
pub struct QueuedJob {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Its payload.
    pub payload: serde_json::Value,
    /// How often it was tried before.
    pub attempts: i64,
    /// The fence of this lease.
    pub fence: i64,
}

/// What is due at `$1`; the kinds are this program's own words.
fn due(kinds: &[&str]) -> String {
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
    format!("failed = 0 AND run_at <= $1 AND leased_until <= $1 AND kind IN ({})", kinds.join(", "))
}

impl Reader {
    /// Whether a job of some kinds is due: asked often, so that the writer is not disturbed for nothing.
    pub async fn job_due(&self, now: Timestamp, kinds: &[&str]) -> Result<bool, StoreError> {
        let sql = format!("SELECT 1 AS one FROM queue WHERE {} LIMIT 1", due(kinds));
        Ok(self.one(&sql, vec![now.micros().into()]).await?.is_some())
    }
}

impl Tx {
    /// Enqueues, in this transaction.
    pub async fn enqueue(&self, job: &NewJob) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO queue (name, kind, payload, run_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
            vec![job.name.clone().into(), job.kind.into(), job.payload.to_string().into(), job.run_at.micros().into()],
        )
        .await
        .map(|_| ())
    }

    /// Leases the next due job of some kinds.
    pub async fn lease_job(
        &self,
        now: Timestamp,
        span: Duration,
        kinds: &[&str],
    ) -> Result<Option<QueuedJob>, StoreError> {
        let sql = format!(
            "SELECT name, kind, payload, attempts, fence FROM queue WHERE {} ORDER BY run_at, name LIMIT 1",
            due(kinds)
        );
        let row = self.one(&sql, vec![now.micros().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let payload: String = row.try_get("", "payload")?;
        let job = QueuedJob {
            name: row.try_get("", "name")?,
            kind: row.try_get("", "kind")?,
            payload: serde_json::from_str(&payload).map_err(StoreError::corrupt)?,
            attempts: row.try_get("", "attempts")?,
            fence: row.try_get::<i64>("", "fence")? + 1,
        };
        self.exec(
            "UPDATE queue SET leased_until = $1, fence = $2, attempts = attempts + 1 WHERE name = $3",
            vec![now.plus(span).micros().into(), job.fence.into(), job.name.clone().into()],
        )
        .await?;
        Ok(Some(job))
    }

    /// The job is done; false when the lease is no longer its own.
    pub async fn finish_job(&self, job: &QueuedJob) -> Result<bool, StoreError> {
        let sql = "DELETE FROM queue WHERE name = $1 AND fence = $2";
        Ok(self.exec(sql, vec![job.name.clone().into(), job.fence.into()]).await? == 1)
    }

    /// The job is tried again at `at`.
    pub async fn retry_job(&self, job: &QueuedJob, at: Timestamp, problem: &str) -> Result<bool, StoreError> {
        let sql =
            "UPDATE queue SET run_at = $1, leased_until = 0, problem = $2 WHERE name = $3 AND fence = $4";
        let values = vec![at.micros().into(), problem.into(), job.name.clone().into(), job.fence.into()];
        Ok(self.exec(sql, values).await? == 1)
    }

    /// The job is given up; it stays for the operator to see.
    pub async fn fail_job(&self, job: &QueuedJob, problem: &str) -> Result<bool, StoreError> {
        let sql =
            "UPDATE queue SET failed = 1, leased_until = 0, problem = $1 WHERE name = $2 AND fence = $3";
        Ok(self.exec(sql, vec![problem.into(), job.name.clone().into(), job.fence.into()]).await? == 1)
    }
}
