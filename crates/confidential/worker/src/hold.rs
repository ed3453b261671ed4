//! Holding a run: the lease at the server and the keys at the broker, and letting go of both in time.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use cloister_api::worker::ProgressReport;
use cloister_client::worker::{BrokerApi, CallError, WorkerApi};
use cloister_model::{Digest, RunId};
use cloister_statement::SigningKey;
use tokio::{sync::watch, time::Instant};

use crate::exchange::renewal;

/// How often the server hears of the run; a cancel is seen within this time.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often the broker is asked whether the keys may be held.
const RENEW: Duration = Duration::from_secs(60);
/// Without an answer for so long, the keys are wiped.
const UNANSWERED: Duration = Duration::from_secs(120);

/// Where the run is, as the server may know it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stage {
    name: &'static str,
    share: Option<f64>,
}

/// Why the run must stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Go on.
    Not,
    /// A person cancelled, or the broker no longer lets the keys be held.
    Cancelled,
    /// The lease went elsewhere.
    LeaseLost,
}

/// Shared between the run and its heartbeat.
#[derive(Clone)]
pub(crate) struct Hold {
    stage: Arc<Mutex<Stage>>,
    stop: watch::Receiver<Stop>,
}

/// Says where the run is; may be given to another task.
#[derive(Clone)]
pub(crate) struct Share(Arc<Mutex<Stage>>);

impl Share {
    /// Says where the run is now.
    pub(crate) fn at(&self, name: &'static str, share: Option<f64>) {
        if let Ok(mut stage) = self.0.lock() {
            *stage = Stage { name, share };
        }
    }
}

impl Hold {
    /// Says where the run is now.
    pub(crate) fn at(&self, name: &'static str, share: Option<f64>) {
        self.share().at(name, share);
    }

    /// For what reports from another task.
    pub(crate) fn share(&self) -> Share {
        Share(self.stage.clone())
    }

    /// Why to stop, if so.
    pub(crate) fn stop(&self) -> Stop {
        *self.stop.borrow()
    }

    /// Waits until the run must stop.
    pub(crate) async fn stopped(&self) -> Stop {
        let mut stop = self.stop.clone();
        match stop.wait_for(|s| *s != Stop::Not).await {
            Ok(reason) => *reason,
            // The heartbeat ended without a reason only when this run's task is being torn down.
            Err(_) => Stop::Cancelled,
        }
    }
}

/// The beating half; ends when dropped.
pub(crate) struct Heartbeat(tokio::task::JoinHandle<()>);

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Begins to hold a lease.
pub(crate) fn lease(server: &Arc<WorkerApi>, run: RunId, fence: i64) -> (Hold, Heartbeat) {
    let (sender, stop) = watch::channel(Stop::Not);
    let stage = Arc::new(Mutex::new(Stage { name: "proving", share: None }));
    let hold = Hold { stage: stage.clone(), stop };
    let server = server.clone();
    let task = tokio::spawn(async move {
        while *sender.borrow() == Stop::Not {
            tokio::time::sleep(HEARTBEAT).await;
            let Some(now) = stage.lock().ok().map(|s| s.clone()) else { return };
            let report = ProgressReport { fence, stage: now.name.into(), share: now.share };
            match server.progress(run, &report).await {
                Ok(answer) if answer.cancelled => drop(sender.send(Stop::Cancelled)),
                Err(CallError::Lost(_) | CallError::Refused { .. }) => drop(sender.send(Stop::LeaseLost)),
                // An unreachable server may come back; the lease's own end is the server's to decide.
                Ok(_) | Err(CallError::Unavailable(_) | CallError::Protocol(_)) => {}
            }
        }
    });
    (hold, Heartbeat(task))
}

/// Renews the keys until the broker refuses or stays silent too long; returns then.
pub(crate) async fn keys(broker: &BrokerApi, signing: &SigningKey, run: RunId, session: Digest) {
    let mut answered = Instant::now();
    let mut wait = RENEW;
    for counter in 1_u64.. {
        tokio::time::sleep(wait).await;
        match broker.renew(run, &renewal(signing, run, session, counter)).await {
            Ok(()) => {
                answered = Instant::now();
                wait = RENEW;
            }
            Err(CallError::Refused { .. } | CallError::Lost(_)) => return,
            Err(CallError::Unavailable(_) | CallError::Protocol(_)) => {
                if answered.elapsed() >= UNANSWERED {
                    return;
                }
                wait = Duration::from_secs(5);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// A server that answers every request with these bytes.
    async fn scripted(status: &'static str, body: &'static str) -> Arc<WorkerApi> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            }
        });
        Arc::new(WorkerApi::new(&url, "token").unwrap())
    }

    #[tokio::test]
    async fn a_cancel_or_a_lost_lease_is_heard_within_two_seconds() {
        for (status, body, expected) in [
            ("200 OK", r#"{"cancelled":true}"#, Some(Stop::Cancelled)),
            ("409 Conflict", "{}", Some(Stop::LeaseLost)),
            ("503 Service Unavailable", "{}", None),
            ("200 OK", r#"{"cancelled":false}"#, None),
        ] {
            let server = scripted(status, body).await;
            let (hold, _heartbeat) = lease(&server, RunId(uuid::Uuid::from_u128(1)), 1);
            let heard = tokio::time::timeout(Duration::from_secs(2), hold.stopped()).await.ok();
            assert_eq!(heard, expected, "{status} {body}");
        }
    }
}
