//! A real run: keys from the broker, ciphertext from the server, result to the readers, receipt to everyone.

use std::sync::Arc;

use cloister_api::worker::{FinishReport, Lease};
use cloister_client::worker::{BrokerApi, WorkerApi};
use cloister_model::Timestamp;
use cloister_statement::{
    Envelope, Predicate, Signer,
    predicate::{EnvironmentKind, Output, Receipt},
    sign,
};

use crate::{
    Ambient, Attester, RunError,
    exchange::{Peers, Released, exchange},
    grounds::{Brought, wire},
    hold::{self, Hold, Stop},
    ingest, job,
    outputs::{Log, Sealed, seal_to},
    patience::Patience,
};

/// Everything a run needs from the process.
pub(crate) struct Process<'a> {
    /// The server.
    pub(crate) server: &'a Arc<WorkerApi>,
    /// The broker.
    pub(crate) broker: &'a Arc<BrokerApi>,
    /// Evidence.
    pub(crate) attester: &'a Attester,
    /// Time and randomness.
    pub(crate) ambient: &'a Ambient,
    /// Memory for the engine, bytes.
    pub(crate) memory: usize,
}

impl Process<'_> {
    /// The worker's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.ambient.clock.now()
    }
}

/// How the work itself ended, when it came to an end.
pub(crate) struct Ended {
    /// The code of a failure that has something to tell the readers.
    pub(crate) code: Option<&'static str>,
    /// What came out.
    pub(crate) outputs: Vec<Sealed>,
}

/// Puts outputs that the server does not have yet.
pub(crate) async fn put(lease: &Lease, process: &Process<'_>, sealed: &[Sealed]) -> Result<(), RunError> {
    let mut patience = Patience::new();
    for Sealed { output, bytes } in sealed {
        if let Some(bytes) = bytes {
            let put = || process.server.output((lease.run, lease.fence), &output.name, bytes.clone());
            patience.insist(put).await?;
        }
    }
    Ok(())
}

/// Runs one leased job to its receipt. Before the keys came, an error simply ends the run; after that a receipt says
/// how it ended.
pub(crate) async fn run(lease: &Lease, hold: &Hold, process: &Process<'_>) -> Result<FinishReport, RunError> {
    let started = process.now();
    let brought = Brought::read(&lease.statements)?;
    hold.at("releasing", None);
    let peers = Peers { server: process.server, broker: process.broker };
    let released = tokio::select! {
        released = patient_exchange(lease, &brought, &peers, process) => released?,
        stop = hold.stopped() => return Err(stopped(stop)),
    };
    let mut log = Log::new(lease.run, started);
    let computed = compute(lease, hold, process, &released, &mut log).await;
    if let Err(error @ (RunError::LeaseLost(_) | RunError::Unavailable(_))) = computed {
        // The run may be repeated elsewhere: it must stay open at the broker.
        return Err(error);
    }
    let (outcome, check, mut sealed) = match computed {
        Ok(Ended { code: None, outputs }) => ("succeeded".to_owned(), None, outputs),
        Ok(Ended { code: Some(code), outputs }) => {
            log.line(process.now(), format_args!("ended: {code}"));
            (code.to_owned(), None, outputs)
        }
        Err(error) => {
            log.line(process.now(), format_args!("ended: {}", error.code()));
            (error.code().to_owned(), error.check(), Vec::new())
        }
    };
    log.line(process.now(), "sealing");
    sealed.push(seal_to("log", &log.bytes(), &released.grounds.readers)?);
    let receipt = receipt(lease, process, &released, &outcome, started, &sealed)?;
    close(lease, hold, process, &sealed, &receipt).await?;
    Ok(FinishReport {
        fence: lease.fence,
        outcome,
        check,
        receipt: Some(wire(&receipt)?),
        outputs: sealed.iter().map(Sealed::info).collect(),
    })
}

/// The exchange, again from the hello when the broker was started again in its middle. The broker gives a reserved run's
/// keys once more, not twice.
async fn patient_exchange(
    lease: &Lease,
    brought: &Brought,
    peers: &Peers<'_>,
    process: &Process<'_>,
) -> Result<Released, RunError> {
    let mut patience = Patience::new();
    loop {
        match exchange(lease, brought, peers, (process.attester, process.ambient), &mut patience).await {
            Err(RunError::Unavailable(reason)) if patience.again(&reason).await => {}
            ended => return ended,
        }
    }
}

fn stopped(stop: Stop) -> RunError {
    match stop {
        Stop::Not | Stop::Cancelled => RunError::Cancelled,
        Stop::LeaseLost => RunError::LeaseLost("the server gave the run to another worker".into()),
    }
}

/// Reads, computes, seals; gives up when cancelled, when the lease is lost or when the keys may not be held any longer.
/// Dropping the future drops the engine's context and with it the keys, which wipe themselves.
async fn compute(
    lease: &Lease,
    hold: &Hold,
    process: &Process<'_>,
    released: &Released,
    log: &mut Log,
) -> Result<Ended, RunError> {
    let grounds = &released.grounds;
    hold.at("reading", None);
    log.line(process.now(), format_args!("keys of {} datasets released", grounds.tables.len()));
    let renew = hold::keys(process.broker, &released.signing, lease.run, released.session);
    let work = async {
        match grounds.spec.kind {
            EnvironmentKind::Sql => query(lease, hold, process, released, log).await,
            EnvironmentKind::Ingest => ingest::execute(lease, hold, process, released, log).await,
        }
    };
    tokio::select! {
        ended = work => ended,
        stop = hold.stopped() => Err(stopped(stop)),
        () = renew => Err(RunError::Cancelled),
    }
}

async fn query(
    lease: &Lease,
    hold: &Hold,
    process: &Process<'_>,
    released: &Released,
    log: &mut Log,
) -> Result<Ended, RunError> {
    let grounds = &released.grounds;
    let tables = job::tables(lease, process, released)?;
    let job =
        job::Job { spec: &grounds.spec, inputs: &grounds.request.inputs, tables, memory: process.memory };
    let output = job::execute(job, hold).await?;
    hold.at("sealing", None);
    log.line(process.now(), format_args!("computed {} rows", output.rows));
    let result = seal_to("result", &output.parquet, &grounds.readers)?;
    Ok(Ended { code: None, outputs: vec![result] })
}

fn receipt(
    lease: &Lease,
    process: &Process<'_>,
    released: &Released,
    outcome: &str,
    started: Timestamp,
    sealed: &[Sealed],
) -> Result<Envelope, RunError> {
    let record = &released.grounds.record;
    let outputs: Vec<Output> = sealed.iter().map(|s| s.output.clone()).collect();
    let finished = process.now();
    let body = Receipt {
        run: lease.run,
        release: record.digest(),
        outputs,
        outcome: outcome.into(),
        started,
        finished,
        assurance: record.body().assurance,
        worker: released.signing.public(),
    };
    let signer = Signer::Key(released.signing.public());
    let predicate = Predicate { issued_at: finished, signer, workspace: record.workspace(), body };
    sign(&released.signing, &predicate).map_err(|e| RunError::broken("receipt", e))
}

/// Outputs first, so that no receipt names what is not stored; then the broker, which keeps the receipt; the server last.
async fn close(
    lease: &Lease,
    hold: &Hold,
    process: &Process<'_>,
    sealed: &[Sealed],
    receipt: &Envelope,
) -> Result<(), RunError> {
    if hold.stop() == Stop::LeaseLost {
        return Err(stopped(Stop::LeaseLost));
    }
    put(lease, process, sealed).await?;
    let receipt = wire(receipt)?;
    Ok(Patience::new().insist(|| process.broker.close(lease.run, receipt.clone())).await?)
}
