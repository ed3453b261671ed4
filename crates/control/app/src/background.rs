//! Background jobs: leased from the queue, idempotent, each run says done, later or fail.
//!
//! Statements to the broker go one after the other, in their order. Mail and webhooks go to strangers' servers, several
//! at once, and never make a statement wait.

use std::sync::Arc;

use cloister_model::Duration;
use cloister_store::queue::{Due, QueuedJob};
use tokio::{
    sync::{Notify, watch::Receiver},
    task::JoinSet,
};
use tracing::{Instrument as _, debug_span};

use crate::{App, AppError, notices::mail, restrict, webhooks};

const LEASE: Duration = Duration::seconds(60);
const IDLE: std::time::Duration = std::time::Duration::from_millis(500);

/// How a run of a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done; the job goes.
    Done,
    /// Not now; again after a pause that grows.
    Retry(String),
    /// Not now; again after this pause.
    Later(Duration, String),
    /// Never; it stays for the operator to see.
    Fail(String),
}

/// Which jobs, and how many at once.
struct Lane {
    kinds: &'static [&'static str],
    at_once: usize,
    /// The longest pause before a try.
    farthest: Duration,
    wake: fn(&App) -> &Notify,
}

/// What goes to the broker.
const STATEMENTS: Lane =
    Lane { kinds: &[restrict::KIND], at_once: 1, farthest: Duration::seconds(64), wake: |app| &app.work };
/// What goes to servers of others.
const OUTGOING: Lane = Lane {
    kinds: &[mail::KIND, webhooks::KIND],
    at_once: 8,
    farthest: Duration::hours(24),
    wake: |app| &app.outgoing,
};

/// Runs jobs until told to stop.
pub struct Background(pub Arc<App>);

impl Background {
    /// Runs due jobs until `stop` says so.
    pub async fn run(self, stop: Receiver<bool>) {
        tokio::join!(lane(&self.0, &STATEMENTS, stop.clone()), lane(&self.0, &OUTGOING, stop));
    }
}

async fn lane(app: &Arc<App>, lane: &Lane, mut stop: Receiver<bool>) {
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        while running.len() < lane.at_once {
            match app.lease_next_job(lane).await {
                Ok(Some(job)) => {
                    let app = app.clone();
                    let span = debug_span!("job", kind = job.kind);
                    running.spawn(async move { app.run_job_once(&job).await }.instrument(span));
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(%error, "the job queue");
                    break;
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(IDLE) => {}
            () = (lane.wake)(app).notified() => {}
            Some(ended) = running.join_next() => match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "the job queue"),
                Err(error) => tracing::error!(%error, "a background job"),
            },
            _ = stop.changed() => {}
        }
    }
    // What is at work ends; its lease would keep it from others for a minute.
    while running.join_next().await.is_some() {}
}

impl App {
    /// At the start: jobs that a server which died had leased are due again. They are idempotent, and its fences are old.
    pub async fn free_queue(&self) -> Result<(), AppError> {
        let tx = self.store.write().await?;
        tx.free_jobs().await?;
        Ok(tx.commit().await?)
    }

    /// Leases the next due job of a lane.
    async fn lease_next_job(&self, lane: &Lane) -> Result<Option<QueuedJob>, AppError> {
        let due = Due { now: self.now(), kinds: lane.kinds, lease: LEASE, farthest: lane.farthest };
        if !self.store.read().job_due(&due).await? {
            return Ok(None);
        }
        let tx = self.store.write().await?;
        let job = tx.lease_job(&due).await?;
        tx.commit().await?;
        Ok(job)
    }

    async fn run_job_once(&self, job: &QueuedJob) -> Result<(), AppError> {
        let outcome = match self.run_queued(job).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Retry(error.to_string()),
        };
        let tx = self.store.write().await?;
        match outcome {
            Outcome::Done => tx.finish_job(job).await?,
            Outcome::Retry(why) => {
                let pause = Duration::seconds(1 << job.attempts.clamp(0, 6));
                tracing::warn!(job = job.name, why, "will be tried again");
                tx.retry_job(job, self.now().plus(pause), &why).await?
            }
            Outcome::Later(pause, why) => {
                tracing::info!(job = job.name, why, "will be tried again later");
                tx.retry_job(job, self.now().plus(pause), &why).await?
            }
            Outcome::Fail(why) => {
                tracing::error!(job = job.name, why, "given up");
                tx.fail_job(job, &why).await?
            }
        };
        Ok(tx.commit().await?)
    }

    async fn run_queued(&self, job: &QueuedJob) -> Result<Outcome, AppError> {
        match job.kind.as_str() {
            restrict::KIND => self.pipe_statement(job).await,
            mail::KIND => self.send_notice(job).await,
            webhooks::KIND => self.deliver(job).await,
            other => Ok(Outcome::Fail(format!("no code for the job kind `{other}`"))),
        }
    }
}
