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

/// Which jobs a lane looks for.
#[derive(Clone, Copy, Debug)]
pub struct Due<'a> {
    /// Now.
    pub now: Timestamp,
    /// This program's own words for them.
    pub kinds: &'a [&'a str],
    /// How long a lease lasts.
    pub lease: Duration,
    /// The longest pause before a try.
    pub farthest: Duration,
}

impl Due<'_> {
    /// A lease or a pause that ends later than any begun now, with as much again for small corrections, was dated by a
    /// clock that has been set back since: it counts as over, or the job would stick until then.
    fn filter(&self) -> String {
        let kinds: Vec<String> = self.kinds.iter().map(|kind| format!("'{kind}'")).collect();
        format!(
            "failed = 0 AND (run_at <= $1 OR run_at > $2) AND (leased_until <= $1 OR leased_until > $3) AND kind IN ({})",
            kinds.join(", ")
        )
    }

    fn moments(&self) -> Vec<sea_orm::Value> {
        let twice = |span| self.now.plus(span).plus(span);
        let ends = [self.now, twice(self.farthest), twice(self.lease)];
        ends.iter().map(|end| end.micros().into()).collect()
    }
}

impl Reader {
    /// Whether a job is due: asked often, so that the writer is not disturbed for nothing.
    pub async fn job_due(&self, due: &Due<'_>) -> Result<bool, StoreError> {
        let sql = format!("SELECT 1 AS one FROM queue WHERE {} LIMIT 1", due.filter());
        Ok(self.one(&sql, due.moments()).await?.is_some())
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

    /// Leases the next due job.
    pub async fn lease_job(&self, due: &Due<'_>) -> Result<Option<QueuedJob>, StoreError> {
        let sql = format!(
            "SELECT name, kind, payload, attempts, fence FROM queue WHERE {} ORDER BY run_at, name LIMIT 1",
            due.filter()
        );
        let row = self.one(&sql, due.moments()).await?;
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
            vec![due.now.plus(due.lease).micros().into(), job.fence.into(), job.name.clone().into()],
        )
        .await?;
        Ok(Some(job))
    }

    /// Ends every lease: at the start of a server, those who held them are dead.
    pub async fn free_jobs(&self) -> Result<(), StoreError> {
        let sql = "UPDATE queue SET leased_until = 0 WHERE leased_until > 0 AND failed = 0";
        self.exec(sql, vec![]).await.map(|_| ())
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
