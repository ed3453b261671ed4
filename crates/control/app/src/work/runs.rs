//! Runs as people see them: asked for, tested, cancelled, their outputs.

use std::collections::BTreeSet;

use cloister_authz::{
    Actor, Granted, Kind, Relation, Resource,
    actions::{CancelRun, ListRuns, ReadJob, ReadOutputs, ReadRun, RunJob, TestJob},
};
use cloister_model::{
    Digest, Email, JobId, RunId, Timestamp, UserId,
    states::{JobState, RunKind, RunState},
};
use cloister_statement::predicate::{RunRequest, Spec};
use cloister_store::{
    EntryDraft,
    jobs::JobRow,
    people,
    runs::{self, OutputRow, RunGrant, RunRow},
};
use cloister_verify::Check;
use serde_json::Value;

use super::{
    Paging,
    datasets::Content,
    grounds::{Grounds, envelope, find, stored, wire},
    refused, user,
    workspaces::{Statements, of_kinds},
};
use crate::{App, AppError};

/// A run as shown.
#[derive(Clone, Debug)]
pub struct RunView {
    /// The row.
    pub row: RunRow,
    /// Who started it.
    pub runner: Email,
    /// What came out, once it has ended.
    pub outputs: Vec<OutputRow>,
    /// The newest release record.
    pub release: Option<Value>,
    /// The receipt.
    pub receipt: Option<Value>,
    /// What a queued run waits for, if not only for its turn.
    pub notice: Option<String>,
}

/// Where a sealed output lies.
pub(crate) fn output_key(run: RunId, fence: i64, name: &str) -> String {
    format!("runs/{run}/{fence}/{name}")
}

/// The outputs under the fence that ended the run; a run that goes on shows none.
fn of_the_end(row: &RunRow, outputs: Vec<OutputRow>) -> Vec<OutputRow> {
    if row.finish.is_none() {
        Vec::new()
    } else {
        outputs.into_iter().filter(|o| o.fence == row.fence).collect()
    }
}

fn fresh(
    id: RunId,
    job: &JobRow,
    kind: RunKind,
    actor: &Actor,
    spec: Digest,
    now: Timestamp,
) -> Result<RunRow, AppError> {
    Ok(RunRow {
        id,
        workspace: job.workspace,
        job: job.id,
        kind,
        state: RunState::Queued,
        runner: user(actor)?,
        spec,
        request: None,
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
    })
}

impl App {
    /// Asks for a run by a signed request.
    pub async fn run_job(&self, actor: &Actor, id: JobId, statement: &Value) -> Result<RunView, AppError> {
        let (row, resource, _) = self.job_resource(actor, id).await?;
        let granted = self.permit(actor, RunJob, &resource, "job").await?;
        let result = self.queue_run(&granted, &row, statement).await;
        let run = self.noting(actor, "job.run", id, result).await?;
        self.run_view(run).await
    }

    async fn queue_run(
        &self,
        granted: &Granted<RunJob>,
        job: &JobRow,
        statement: &Value,
    ) -> Result<RunRow, AppError> {
        let actor = granted.actor();
        let request = envelope(statement)?;
        let body = request
            .open::<RunRequest>()
            .map_err(|e| AppError::Invalid(e.to_string()))?
            .predicate()
            .body
            .clone();
        if job.state != JobState::Accepted || job.spec != Some(body.spec) {
            return Err(AppError::State(
                "the job is not accepted, or the request is for another spec of it".into(),
            ));
        }
        self.signed_by_caller(actor, &request).await?;
        let tx = self.store.write().await?;
        if runs::by_id(&tx, body.run).await?.is_some() {
            return Err(AppError::Conflict(format!("the run id `{}` was used before", body.run)));
        }
        let grounds = Grounds::of(&tx, Some(job.workspace), &[]).await?;
        cloister_verify::limits::archive(&grounds.in_force(job.workspace)?)?;
        self.admit(&request, &grounds)?;
        let spec = grounds.dossier.specs().get(&body.spec).ok_or(AppError::Absent("spec"))?;
        let used = runs::used(&tx, body.spec).await?;
        if used >= spec.body().max_runs {
            let why = format!("the job was approved for {} runs, {used} are used", spec.body().max_runs);
            return Err(refused(Check::Counter, why));
        }
        let mut row = fresh(body.run, job, RunKind::Real, actor, body.spec, self.now())?;
        row.request = Some(request.digest());
        self.keep(&tx, &request, actor, ("job.run", granted.id())).await?;
        tx.add_run(&RunGrant::Run(granted), &row).await?;
        tx.commit().await?;
        self.work.notify_waiters();
        Ok(row)
    }

    /// Tries a job on made-up rows: a spec with the test flag, signed by whoever starts it.
    pub async fn test_job(&self, actor: &Actor, id: JobId, statement: &Value) -> Result<RunView, AppError> {
        let (row, resource, _) = self.job_resource(actor, id).await?;
        let granted = self.permit(actor, TestJob, &resource, "job").await?;
        let result = self.queue_test(&granted, &row, statement).await;
        let run = self.noting(actor, "job.test", id, result).await?;
        self.run_view(run).await
    }

    async fn queue_test(
        &self,
        granted: &Granted<TestJob>,
        job: &JobRow,
        statement: &Value,
    ) -> Result<RunRow, AppError> {
        let actor = granted.actor();
        let spec = envelope(statement)?;
        if !spec.open::<Spec>().map_err(|e| AppError::Invalid(e.to_string()))?.predicate().body.test {
            return Err(AppError::Unprocessable("a test is a spec with the test flag".into()));
        }
        self.admit_spec(actor, job, &spec).await?;
        let row = fresh(RunId(self.new_id()), job, RunKind::Test, actor, spec.digest(), self.now())?;
        let tx = self.store.write().await?;
        self.keep(&tx, &spec, actor, ("job.test", granted.id())).await?;
        tx.add_run(&RunGrant::Test(granted), &row).await?;
        tx.commit().await?;
        self.work.notify_waiters();
        Ok(row)
    }

    async fn run_resource(&self, actor: &Actor, id: RunId) -> Result<(RunRow, Resource), AppError> {
        user(actor)?;
        let db = self.store.read();
        let row = runs::by_id(&db, id).await?.ok_or(AppError::Absent("run"))?;
        let (_, job, room) = self.kept_job_resource(actor, row.job).await?;
        let member = job.relations.contains(&Relation::Member);
        let spec = match room.grounds.envelopes.get(&row.spec) {
            Some(spec) => spec.clone(),
            None => find(&db, row.spec).await?,
        };
        let spec = spec.open::<Spec>().map_err(AppError::internal)?.predicate().body.clone();
        // A test's result is sealed to all members.
        let readers = if spec.test { room.charter()?.members.clone() } else { spec.readers };
        let mut reader = false;
        for certificate in readers {
            let owner = match room.owner_of(certificate) {
                Some(owner) => Some(owner),
                None => people::certificates::by_digest(&db, certificate).await?.map(|c| c.owner),
            };
            reader |= owner.is_some() && owner == actor.user();
        }
        let resource = Resource::new(Kind::Run, id.to_string())
            .with(Relation::Member, member)
            .with(Relation::Administrator, job.relations.contains(&Relation::Administrator))
            .with(Relation::Creator, member && actor.user() == Some(row.runner))
            .with(Relation::Reader, reader);
        Ok((row, resource))
    }

    /// Stops a run: a queued one at once, a running one when its worker hears of it.
    pub async fn cancel_run(&self, actor: &Actor, id: RunId) -> Result<RunView, AppError> {
        let (row, resource) = self.run_resource(actor, id).await?;
        let granted = self.permit(actor, CancelRun, &resource, "run").await?;
        let tx = self.store.write().await?;
        if !tx.cancel_run(&granted, self.now()).await? {
            return Err(AppError::State("the run has ended".into()));
        }
        tx.audit(EntryDraft::done(self.now(), actor, "run.cancel").target(id).workspace(row.workspace))
            .await?;
        tx.commit().await?;
        self.show_run(actor, id).await
    }

    /// A run.
    pub async fn show_run(&self, actor: &Actor, id: RunId) -> Result<RunView, AppError> {
        let (row, resource) = self.run_resource(actor, id).await?;
        self.permit(actor, ReadRun, &resource, "run").await?;
        self.run_view(row).await
    }

    /// A workspace's runs.
    pub async fn workspace_runs(
        &self,
        actor: &Actor,
        workspace: Digest,
        paging: &Paging,
    ) -> Result<Vec<RunView>, AppError> {
        self.in_workspace(actor, workspace).await?;
        let rows = runs::of_workspace(&self.store.read(), workspace, paging.before()?, paging.limit).await?;
        self.run_views(rows).await
    }

    /// A job's runs, tests too.
    pub async fn job_runs(
        &self,
        actor: &Actor,
        job: JobId,
        paging: &Paging,
    ) -> Result<Vec<RunView>, AppError> {
        let (_, resource, _) = self.job_resource(actor, job).await?;
        self.permit(actor, ReadJob, &resource, "job").await?;
        self.run_views(runs::of_job(&self.store.read(), job, paging.before()?, paging.limit).await?).await
    }

    /// Runs over all the caller's workspaces.
    pub async fn list_runs(&self, actor: &Actor, paging: &Paging) -> Result<Vec<RunView>, AppError> {
        self.permit(actor, ListRuns, &Resource::deployment(), "run").await?;
        let rows = runs::of_user(&self.store.read(), user(actor)?, paging.before()?, paging.limit).await?;
        self.run_views(rows).await
    }

    async fn run_views(&self, rows: Vec<RunRow>) -> Result<Vec<RunView>, AppError> {
        let db = self.store.read();
        let ids: Vec<RunId> = rows.iter().map(|row| row.id).collect();
        let (mut records, mut outputs) =
            (runs::records_of(&db, &ids).await?, runs::outputs_of(&db, &ids).await?);
        let runners: BTreeSet<UserId> = rows.iter().map(|row| row.runner).collect();
        let runners = people::emails(&db, &runners.into_iter().collect::<Vec<_>>()).await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let runner = runners.get(&row.runner).ok_or(AppError::Absent("user"))?.clone();
            let release = records.remove(&row.id).map(|r| stored(&r).map(|e| wire(&e))).transpose()?;
            let receipt = row.receipt.as_deref().map(|r| stored(r).map(|e| wire(&e))).transpose()?;
            let outputs = of_the_end(&row, outputs.remove(&row.id).unwrap_or_default());
            let notice = self.waits_for(&row).await?;
            views.push(RunView { runner, release, receipt, outputs, notice, row });
        }
        Ok(views)
    }

    async fn run_view(&self, row: RunRow) -> Result<RunView, AppError> {
        self.run_views(vec![row]).await?.pop().ok_or(AppError::Absent("run"))
    }

    /// A sealed output, for readers; one entry a download.
    pub async fn read_output(&self, actor: &Actor, id: RunId, name: &str) -> Result<Content, AppError> {
        let (row, resource) = self.run_resource(actor, id).await?;
        self.permit(actor, ReadOutputs, &resource, "run").await?;
        let put = of_the_end(&row, runs::outputs(&self.store.read(), row.id).await?);
        let output = put.into_iter().find(|o| o.name == name);
        let output = output.ok_or(AppError::Absent("output"))?;
        let tx = self.store.write().await?;
        let entry = EntryDraft::done(self.now(), actor, "run.output").target(id).workspace(row.workspace);
        tx.audit(entry.fact("output", &output.name)).await?;
        tx.commit().await?;
        self.content(&output_key(id, output.fence, &output.name), None).await
    }

    /// The statements a run rests on.
    pub async fn run_statements(&self, actor: &Actor, id: RunId) -> Result<Statements, AppError> {
        let (row, resource) = self.run_resource(actor, id).await?;
        self.permit(actor, ReadRun, &resource, "run").await?;
        let grounds = self.run_grounds(&row).await?;
        Ok(of_kinds(&grounds, |kind| {
            !matches!(kind, cloister_statement::Kind::Certificate | cloister_statement::Kind::Acknowledgement)
        }))
    }

    /// The row of a run the caller may see the bundle of.
    pub(crate) async fn visible_run(&self, actor: &Actor, id: RunId) -> Result<RunRow, AppError> {
        let (row, resource) = self.run_resource(actor, id).await?;
        self.permit(actor, ReadRun, &resource, "run").await?;
        Ok(row)
    }

    /// What a run rests on: the workspace's statements without other specs and what is about them, and its request.
    pub(crate) async fn run_grounds(&self, row: &RunRow) -> Result<Grounds, AppError> {
        let db = self.store.read();
        let mut grounds = Grounds::clone(self.grounds(row.workspace).await?.as_ref());
        // A request is of its run alone; it is signed with a certificate of the workspace, which is there.
        for digest in row.request.into_iter().chain([row.spec]) {
            if !grounds.envelopes.contains_key(&digest) {
                let envelope = find(&db, digest).await?;
                grounds.dossier.add(&envelope)?;
                grounds.envelopes.insert(digest, envelope);
            }
        }
        let other: Vec<Digest> =
            grounds.dossier.specs().keys().copied().filter(|digest| *digest != row.spec).collect();
        for digest in other {
            grounds.envelopes.remove(&digest);
        }
        let reviews: Vec<Digest> = grounds
            .dossier
            .reviews()
            .values()
            .filter(|r| r.body().spec != row.spec)
            .map(cloister_statement::Verified::digest)
            .collect();
        let withdrawals: Vec<Digest> = grounds
            .dossier
            .withdrawals()
            .values()
            .filter(|w| match w.body().target {
                cloister_statement::predicate::WithdrawalTarget::Spec(spec) => spec != row.spec,
                cloister_statement::predicate::WithdrawalTarget::Review(review) => reviews.contains(&review),
            })
            .map(cloister_statement::Verified::digest)
            .collect();
        for digest in reviews.into_iter().chain(withdrawals) {
            grounds.envelopes.remove(&digest);
        }
        Ok(grounds)
    }
}
