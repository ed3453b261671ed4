//! How much waits, for whoever watches the server.

use crate::{Query, StoreError};

/// Counts of what waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depths {
    /// Background jobs that wait.
    pub jobs: i64,
    /// Background jobs that were given up.
    pub failed: i64,
    /// Runs that wait for a worker.
    pub queued: i64,
    /// Runs at work.
    pub running: i64,
    /// Entries that are not in the log's tiles yet.
    pub unlogged: i64,
}

/// Counts what waits.
pub async fn depths(db: &dyn Query) -> Result<Depths, StoreError> {
    let sql = "SELECT (SELECT COUNT(*) FROM queue WHERE failed = 0) AS jobs,
                      (SELECT COUNT(*) FROM queue WHERE failed = 1) AS failed,
                      (SELECT COUNT(*) FROM runs WHERE state = 'queued') AS queued,
                      (SELECT COUNT(*) FROM runs WHERE state = 'running') AS running,
                      (SELECT COALESCE(MAX(id), 0) FROM outbox)
                        - (SELECT COALESCE(MAX(size), 0) FROM log_state) AS unlogged";
    let row = db.one(sql, vec![]).await?.ok_or(StoreError::NotFound)?;
    let count = |column: &str| row.try_get::<i64>("", column);
    Ok(Depths {
        jobs: count("jobs")?,
        failed: count("failed")?,
        queued: count("queued")?,
        running: count("running")?,
        unlogged: count("unlogged")?,
    })
}
