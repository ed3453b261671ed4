//! Background jobs: leased from the queue, idempotent, each run says done, retry or fail.

use std::sync::Arc;

use cloister_model::Duration;
use cloister_store::queue::QueuedJob;

use crate::{App, AppError, restrict};

const LEASE: Duration = Duration::seconds(60);
const IDLE: std::time::Duration = std::time::Duration::from_millis(500);

/// How a run of a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done; the job goes.
    Done,
    /// Not now; again after a pause.
    Retry(String),
    /// Never; it stays for the operator to see.
    Fail(String),
}

/// Runs jobs until told to stop.
pub struct Background(pub Arc<App>);

impl Background {
    /// Runs due jobs, one after the other, until `stop` says so.
    pub async fn run(self, mut stop: tokio::sync::watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.0.run_next_job().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "the job queue"),
            }
            tokio::select! {
                () = tokio::time::sleep(IDLE) => {}
                () = self.0.work.notified() => {}
                _ = stop.changed() => {}
            }
        }
    }
}

impl App {
    /// Leases and runs the next due job; false when none was due.
    pub async fn run_next_job(&self) -> Result<bool, AppError> {
        let tx = self.store.write().await?;
        let Some(job) = tx.lease_job(self.now(), LEASE).await? else { return Ok(false) };
        tx.commit().await?;
        let outcome = match self.run_queued(&job).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Retry(error.to_string()),
        };
        let tx = self.store.write().await?;
        match outcome {
            Outcome::Done => tx.finish_job(&job).await?,
            Outcome::Retry(why) => {
                let pause = Duration::seconds(1 << job.attempts.clamp(0, 6));
                tracing::warn!(job = job.name, why, "will be tried again");
                tx.retry_job(&job, self.now().plus(pause), &why).await?
            }
            Outcome::Fail(why) => {
                tracing::error!(job = job.name, why, "given up");
                tx.fail_job(&job, &why).await?
            }
        };
        tx.commit().await?;
        Ok(true)
    }

    async fn run_queued(&self, job: &QueuedJob) -> Result<Outcome, AppError> {
        match job.kind.as_str() {
            restrict::KIND => self.pipe_statement(job).await,
            other => Ok(Outcome::Fail(format!("no code for the job kind `{other}`"))),
        }
    }
}
