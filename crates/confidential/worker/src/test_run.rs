//! A test run: the same engine and the same checks on mock rows made from the schemas. No broker, no keys, no receipt.

use cloister_api::worker::{FinishReport, Lease};
use cloister_statement::predicate::{Charter, Manifest, Spec};

use crate::{
    RunError,
    grounds::Brought,
    hold::{Hold, Stop},
    job,
    outputs::{Log, Sealed, seal_to},
    real_run::{Process, put},
};

/// Runs a spec with the test flag; the result is sealed to all members of its charter.
pub(crate) async fn run(lease: &Lease, hold: &Hold, process: &Process<'_>) -> Result<FinishReport, RunError> {
    let brought = Brought::read(&lease.statements)?;
    let spec: Spec = brought.get(lease.spec)?.body;
    if !spec.test {
        return Err(RunError::broken("statement", "the spec of a test run must carry the test flag"));
    }
    let charter: Charter = brought.get(spec.charter)?.body;
    let members = brought.recipients(&charter.members)?;
    let mut log = Log::new(lease.run, process.now());
    hold.at("computing", None);
    let computed = compute(&spec, lease, &brought, hold, process).await;
    let (outcome, check, mut sealed) = match computed {
        Ok(output) => {
            log.line(process.now(), format_args!("computed {} rows from mock data", output.rows));
            ("succeeded".to_owned(), None, vec![seal_to("result", &output.parquet, &members)?])
        }
        Err(error @ RunError::LeaseLost(_)) => return Err(error),
        Err(error) => {
            log.line(process.now(), format_args!("ended: {error}"));
            (error.code().to_owned(), error.check(), Vec::new())
        }
    };
    sealed.push(seal_to("log", &log.bytes(), &members)?);
    put(lease, process, &sealed).await?;
    let outputs = sealed.iter().map(Sealed::info).collect();
    Ok(FinishReport { fence: lease.fence, outcome, check, receipt: None, outputs })
}

async fn compute(
    spec: &Spec,
    lease: &Lease,
    brought: &Brought,
    hold: &Hold,
    process: &Process<'_>,
) -> Result<job::Computed, RunError> {
    let mut tables = Vec::new();
    for (name, digest) in &spec.tables {
        tables.push(job::mock_table(name, &brought.get::<Manifest>(*digest)?.body, lease.spec));
    }
    let inputs = job::default_inputs(spec);
    let job = job::Job { spec, inputs: &inputs, tables, memory: process.memory };
    tokio::select! {
        output = job::execute(job, hold) => output,
        stop = hold.stopped() => Err(match stop {
            Stop::Not | Stop::Cancelled => RunError::Cancelled,
            Stop::LeaseLost => RunError::LeaseLost("the server gave the run to another worker".into()),
        }),
    }
}
