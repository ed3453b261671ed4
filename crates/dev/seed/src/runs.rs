//! Runs: the bulk signed by members and cancelled before a worker took them, in batches; a few carried out for real.

use cloister_api::{jobs::Job, runs::Run};
use cloister_app::restrict::{entry_of, row_of};
use cloister_authz::{
    Kind, Relation, Resource,
    actions::{CancelRun, RunJob},
    authorize,
};
use cloister_model::{
    Digest, Duration, JobId, RunId, Timestamp,
    ambient::uuid_v7,
    states::{RunKind, RunState},
};
use cloister_statement::{Envelope, MemberKeys, Predicate, predicate::RunRequest, sign};
use cloister_store::{
    EntryDraft, Tx,
    runs::{RunGrant, RunRow},
};

use crate::{SeedError, Seeding, Study, failed};

/// Runs written in one transaction.
const BATCH: usize = 500;
/// For how long a request holds, as the client signs it.
const HOLDS: Duration = Duration::hours(12);

pub(crate) async fn seed(
    seeding: &Seeding<'_>,
    studies: &[Study],
) -> Result<Vec<(RunId, JobId, Digest)>, SeedError> {
    let keys = studies.iter().map(|study| study.creator.keys()).collect::<Result<Vec<_>, _>>()?;
    let mut turns = studies.iter().zip(&keys).cycle();
    let mut made = Vec::with_capacity(seeding.plan.runs);
    while made.len() < seeding.plan.runs {
        let tx = seeding.store.write().await?;
        for (study, keys) in turns.by_ref().take(BATCH.min(seeding.plan.runs - made.len())) {
            made.push(cancelled(seeding, &tx, study, keys).await?);
        }
        tx.commit().await?;
    }
    Ok(made)
}

fn request(seeding: &Seeding<'_>, study: &Study, keys: &MemberKeys) -> Result<(RunId, Envelope), SeedError> {
    let clock = seeding.ambient.clock.as_ref();
    let run = RunId(uuid_v7(clock, seeding.ambient.rng.as_ref()));
    let now = clock.now();
    let body = RunRequest {
        run,
        spec: study.spec,
        charter: study.charter,
        inputs: std::collections::BTreeMap::default(),
        not_after: now.plus(HOLDS),
    };
    let signer = study.creator.signer();
    let predicate = Predicate { issued_at: now, signer, workspace: Some(study.id), body };
    Ok((run, sign(&keys.signing, &predicate).map_err(failed)?))
}

/// Request, run, cancellation and their entries, as the server's use cases write them.
async fn cancelled(
    seeding: &Seeding<'_>,
    tx: &Tx,
    study: &Study,
    keys: &MemberKeys,
) -> Result<(RunId, JobId, Digest), SeedError> {
    let (id, request) = request(seeding, study, keys)?;
    let (actor, now) = (study.creator.actor(), seeding.ambient.clock.now());
    let job = Resource::new(Kind::Job, study.job.to_string()).with(Relation::Runner, true);
    let may_run = authorize(&actor, RunJob, &job)?;
    let run = Resource::new(Kind::Run, id.to_string()).with(Relation::Creator, true);
    let may_cancel = authorize(&actor, CancelRun, &run)?;
    tx.store_statement(&row_of(&request, now)?, None).await?;
    tx.add_run(&RunGrant::Run(&may_run), &row(id, study, &request, now)).await?;
    if !tx.cancel_run(&may_cancel, now).await? {
        return Err(failed("a run that was just queued cannot be cancelled"));
    }
    let ended = EntryDraft::done(now, &actor, "run.cancel").target(id).workspace(study.id);
    tx.audit_all(vec![entry_of(&request, now, &actor, "job.run"), ended]).await?;
    Ok((id, study.job, request.digest()))
}

fn row(id: RunId, study: &Study, request: &Envelope, now: Timestamp) -> RunRow {
    RunRow {
        id,
        workspace: study.id,
        job: study.job,
        kind: RunKind::Real,
        state: RunState::Queued,
        runner: study.creator.user.id,
        spec: study.spec,
        request: Some(request.digest()),
        fence: 0,
        leased_until: Timestamp::from_micros(0),
        losses: 0,
        cancel: false,
        stage: None,
        share: None,
        code: None,
        check: None,
        receipt: None,
        finish: None,
        broker_evidence: None,
        created: now,
        started: None,
        finished: None,
        place: 0,
    }
}

/// Through the API, by the deployment's worker, to the end.
pub(crate) async fn carried_out(seeding: &Seeding<'_>, studies: &[Study]) -> Result<Vec<RunId>, SeedError> {
    let mut real = Vec::new();
    for study in studies.iter().cycle().take(seeding.plan.real_runs) {
        let client = study.creator.client(seeding)?;
        let job: Job = client.api().get(&format!("/jobs/{}", study.job)).await?;
        let run = client.run_job(&job, &[]).await?;
        let ended: Run = client.wait_for(run, |_| {}).await?;
        if ended.state != "succeeded" {
            return Err(failed(format!("the run `{}` ended as {}", ended.id, ended.state)));
        }
        real.push(ended.id);
    }
    Ok(real)
}
