//! The loop: lease, run, finish, again.

use std::{sync::Arc, time::Duration};

use cloister_api::worker::{FinishReport, Lease, LeaseRequest};
use cloister_client::worker::{BrokerApi, CallError, WorkerApi};
use cloister_model::ambient::uuid_v4;
use tokio::sync::watch;

use crate::{
    Ambient, Attester, RunError, hold,
    real_run::{self, Process},
    test_run,
};

/// One worker process.
pub struct Worker {
    /// The server.
    pub server: Arc<WorkerApi>,
    /// The broker.
    pub broker: Arc<BrokerApi>,
    /// Evidence.
    pub attester: Attester,
    /// Time and randomness.
    pub ambient: Ambient,
    /// Memory for one query, bytes.
    pub memory: usize,
}

/// Works until `stop` says true; a run that is under way is finished first.
pub async fn serve(worker: &Worker, mut stop: watch::Receiver<bool>) {
    let request = LeaseRequest {
        wait_seconds: 20,
        simulated: worker.attester.is_simulated(),
        name: Some(format!("worker-{}", uuid_v4(worker.ambient.rng.as_ref()))),
        measurement: worker.attester.measurement(),
    };
    let mut pause = Duration::from_millis(200);
    while !*stop.borrow() {
        let leased = tokio::select! {
            leased = worker.server.lease(&request) => leased,
            _ = stop.changed() => return,
        };
        match leased {
            Ok(Some(lease)) => {
                pause = Duration::from_millis(200);
                work(worker, &lease).await;
            }
            Ok(None) => pause = Duration::from_millis(200),
            Err(error) => {
                tracing::warn!(%error, "no lease");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(10));
            }
        }
    }
}

/// One run, whatever its end.
async fn work(worker: &Worker, lease: &Lease) {
    let (hold, heartbeat) = hold::lease(&worker.server, lease.run, lease.fence);
    let process = Process {
        server: &worker.server,
        broker: &worker.broker,
        attester: &worker.attester,
        ambient: &worker.ambient,
        memory: worker.memory,
    };
    tracing::info!(run = %lease.run, kind = lease.kind, "run begins");
    let ended = match lease.kind.as_str() {
        "real" => real_run::run(lease, &hold, &process).await,
        "test" => test_run::run(lease, &hold, &process).await,
        other => Err(RunError::Unavailable(format!("this worker knows no run of kind `{other}`"))),
    };
    drop(heartbeat);
    match ended {
        Ok(report) => finish(worker, lease, &report).await,
        Err(error @ RunError::LeaseLost(_)) => tracing::warn!(run = %lease.run, %error, "run given up"),
        Err(error @ RunError::Unavailable(_)) => {
            // Nothing is said to the server: the lease runs out and the run is tried again.
            tracing::warn!(run = %lease.run, %error, "run left to its lease");
        }
        Err(error) => {
            tracing::warn!(run = %lease.run, %error, "run failed");
            let outcome = error.code().to_owned();
            let check = error.check();
            let report =
                FinishReport { fence: lease.fence, outcome, check, receipt: None, outputs: Vec::new() };
            finish(worker, lease, &report).await;
        }
    }
}

/// Hands the end to the server, again and again while it cannot be reached: the receipt must not be lost.
async fn finish(worker: &Worker, lease: &Lease, report: &FinishReport) {
    for attempt in 0..10_u32 {
        match worker.server.finish(lease.run, report).await {
            Ok(()) => {
                tracing::info!(run = %lease.run, outcome = report.outcome, "run ended");
                return;
            }
            Err(CallError::Unavailable(reason)) => {
                tracing::warn!(run = %lease.run, reason, "the end cannot be handed over yet");
                tokio::time::sleep(Duration::from_millis(500) * 2_u32.pow(attempt.min(4))).await;
            }
            Err(error) => {
                tracing::error!(run = %lease.run, %error, "the server does not take the end of the run");
                return;
            }
        }
    }
}
