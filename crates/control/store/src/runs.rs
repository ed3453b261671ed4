//! Runs: the queue of work, leases with fences, what came out. Every write of a worker names its fence and changes
//! nothing when that fence is not the live one.

use std::collections::BTreeMap;

use cloister_authz::{
    Granted,
    actions::{CancelRun, RunJob, TestJob, Work},
};
use cloister_model::{
    Digest, Duration, JobId, RunId, Timestamp, UserId,
    states::{RunKind, RunState},
};

mod products;

use crate::{Query, Row, StoreError, Tx, people::parsed, tx::AT_ONCE, tx::places};
pub use products::{OutputRow, ReleaseRow, outputs, outputs_of, records_of, releases};

/// A run.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// The run.
    pub id: RunId,
    /// Its workspace.
    pub workspace: Digest,
    /// Its job.
    pub job: JobId,
    /// Whether it counts.
    pub kind: RunKind,
    /// Its state.
    pub state: RunState,
    /// Who started it.
    pub runner: UserId,
    /// The spec.
    pub spec: Digest,
    /// The run request; a test has none.
    pub request: Option<Digest>,
    /// Orders its leases.
    pub fence: i64,
    /// Until when it is leased.
    pub leased_until: Timestamp,
    /// Leases lost so far.
    pub losses: i64,
    /// Someone asked to stop it.
    pub cancel: bool,
    /// What the worker is at.
    pub stage: Option<String>,
    /// Share of the input read.
    pub share: Option<f64>,
    /// Why it failed.
    pub code: Option<String>,
    /// The check that refused.
    pub check: Option<String>,
    /// The receipt's JSON.
    pub receipt: Option<String>,
    /// The finish report as first taken.
    pub finish: Option<String>,
    /// The broker's evidence at the end, as JSON.
    pub broker_evidence: Option<String>,
    /// When it was asked for.
    pub created: Timestamp,
    /// When a worker first took it.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Its place among all runs, in the order they were asked for; given when it is stored.
    pub place: i64,
}

/// How a run ends.
#[derive(Clone, Debug)]
pub struct Ending {
    /// The last state.
    pub state: RunState,
    /// Why it failed.
    pub code: Option<String>,
    /// The check that refused.
    pub check: Option<String>,
    /// The receipt's JSON.
    pub receipt: Option<String>,
    /// The report as it came, to know it again.
    pub report: String,
}

const RUN: &str = "SELECT r.id, r.workspace, r.job, r.kind, r.state, r.runner, r.spec, r.request, r.fence, r.leased_until,
    r.losses, r.cancel, r.stage, r.share, r.code, r.refusing, r.receipt, r.finish, r.broker_evidence, r.created, r.started,
    r.finished, r.place FROM runs r";

fn moment(row: &Row, column: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.try_get::<Option<i64>>("", column)?.map(Timestamp::from_micros))
}

fn run(row: &Row) -> Result<RunRow, StoreError> {
    let kind: String = row.try_get("", "kind")?;
    let request: Option<String> = row.try_get("", "request")?;
    Ok(RunRow {
        id: parsed(row, "id")?,
        workspace: parsed(row, "workspace")?,
        job: parsed(row, "job")?,
        kind: if kind == "test" { RunKind::Test } else { RunKind::Real },
        state: parsed(row, "state")?,
        runner: parsed(row, "runner")?,
        spec: parsed(row, "spec")?,
        request: request.map(|r| r.parse()).transpose().map_err(StoreError::corrupt)?,
        fence: row.try_get("", "fence")?,
        leased_until: Timestamp::from_micros(row.try_get("", "leased_until")?),
        losses: row.try_get("", "losses")?,
        cancel: row.try_get::<i64>("", "cancel")? != 0,
        stage: row.try_get("", "stage")?,
        share: row.try_get("", "share")?,
        code: row.try_get("", "code")?,
        check: row.try_get("", "refusing")?,
        receipt: row.try_get("", "receipt")?,
        finish: row.try_get("", "finish")?,
        broker_evidence: row.try_get("", "broker_evidence")?,
        created: Timestamp::from_micros(row.try_get("", "created")?),
        started: moment(row, "started")?,
        finished: moment(row, "finished")?,
        place: row.try_get("", "place")?,
    })
}

/// The run of this id.
pub async fn by_id(db: &dyn Query, id: RunId) -> Result<Option<RunRow>, StoreError> {
    let sql = format!("{RUN} WHERE r.id = $1");
    db.one(&sql, vec![id.to_string().into()]).await?.as_ref().map(run).transpose()
}

/// A workspace's runs before a place, the newest first.
pub async fn of_workspace(
    db: &dyn Query,
    workspace: Digest,
    before: i64,
    limit: u64,
) -> Result<Vec<RunRow>, StoreError> {
    let sql = format!("{RUN} WHERE r.workspace = $1 AND r.place < $2 ORDER BY r.place DESC LIMIT {limit}");
    db.all(&sql, vec![workspace.to_string().into(), before.into()]).await?.iter().map(run).collect()
}

/// A job's runs before a place, tests too, the newest first.
pub async fn of_job(db: &dyn Query, job: JobId, before: i64, limit: u64) -> Result<Vec<RunRow>, StoreError> {
    let sql = format!("{RUN} WHERE r.job = $1 AND r.place < $2 ORDER BY r.place DESC LIMIT {limit}");
    db.all(&sql, vec![job.to_string().into(), before.into()]).await?.iter().map(run).collect()
}

/// Runs of every workspace whose charter in force lists the user before a place, the newest first.
pub async fn of_user(
    db: &dyn Query,
    user: UserId,
    before: i64,
    limit: u64,
) -> Result<Vec<RunRow>, StoreError> {
    let sql = format!(
        "{RUN} JOIN workspaces w ON w.id = r.workspace JOIN invitations i ON i.charter = w.charter
         WHERE i.member = $1 AND w.version > 0 AND r.place < $2 ORDER BY r.place DESC LIMIT {limit}"
    );
    db.all(&sql, vec![user.to_string().into(), before.into()]).await?.iter().map(run).collect()
}

/// Runs that wait, and those whose lease ran out; oldest first. A lease that ends later than any begun now, with as much
/// again for small corrections, was dated by a clock that has been set back since: it counts as run out. Its worker's next sign of life dates it anew.
pub async fn waiting(
    db: &dyn Query,
    now: Timestamp,
    span: Duration,
    limit: u64,
) -> Result<Vec<RunRow>, StoreError> {
    let sql = format!(
        "{RUN} WHERE r.state = 'queued' OR (r.state = 'running' AND (r.leased_until <= $1 OR r.leased_until > $2))
         ORDER BY r.place LIMIT {limit}"
    );
    let values = vec![now.micros().into(), now.plus(span).plus(span).micros().into()];
    db.all(&sql, values).await?.iter().map(run).collect()
}

pub(crate) const COUNTS: &str = "r.kind = 'real'
    AND (r.state IN ('queued', 'running') OR EXISTS (SELECT 1 FROM releases x WHERE x.run = r.id))";

/// Real runs of each of some specs that count; a spec without any is absent.
pub async fn used_by(db: &dyn Query, specs: &[Digest]) -> Result<BTreeMap<Digest, u32>, StoreError> {
    let mut used = BTreeMap::new();
    for some in specs.chunks(AT_ONCE) {
        let list = places(some.len());
        let sql = format!(
            "SELECT r.spec, COUNT(*) AS n FROM runs r WHERE r.spec IN ({list}) AND {COUNTS} GROUP BY r.spec"
        );
        for row in db.all(&sql, some.iter().map(|spec| spec.to_string().into()).collect()).await? {
            let n = u32::try_from(row.try_get::<i64>("", "n")?).map_err(StoreError::corrupt)?;
            used.insert(parsed(&row, "spec")?, n);
        }
    }
    Ok(used)
}

/// Real runs of a spec that count: asked for and not ended before any key was released.
pub async fn used(db: &dyn Query, spec: Digest) -> Result<u32, StoreError> {
    let sql = &format!("SELECT COUNT(*) AS n FROM runs r WHERE r.spec = $1 AND {COUNTS}");
    let row = db.one(sql, vec![spec.to_string().into()]).await?.ok_or(StoreError::NotFound)?;
    u32::try_from(row.try_get::<i64>("", "n")?).map_err(StoreError::corrupt)
}

/// By whose permission a run is queued.
pub enum RunGrant<'a> {
    /// A real run.
    Run(&'a Granted<RunJob>),
    /// A test.
    Test(&'a Granted<TestJob>),
}

impl RunGrant<'_> {
    fn job(&self) -> (&str, &'static str) {
        match self {
            Self::Run(grant) => (grant.id(), "real"),
            Self::Test(grant) => (grant.id(), "test"),
        }
    }
}

impl Tx {
    /// Queues a run; a run id that was used before conflicts.
    pub async fn add_run(&self, grant: &RunGrant<'_>, row: &RunRow) -> Result<(), StoreError> {
        let (job, kind) = grant.job();
        self.exec(
            "INSERT INTO runs (id, workspace, job, kind, state, runner, spec, request, place, created)
             VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7, (SELECT COALESCE(MAX(place), 0) + 1 FROM runs), $8)",
            vec![
                row.id.to_string().into(),
                row.workspace.to_string().into(),
                job.into(),
                kind.into(),
                row.runner.to_string().into(),
                row.spec.to_string().into(),
                row.request.map(|r| r.to_string()).into(),
                row.created.micros().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Gives a waiting run to a worker under the next fence; `None` when it is no longer waiting.
    pub async fn lease_run(
        &self,
        _grant: &Granted<Work>,
        row: &RunRow,
        now: Timestamp,
        span: Duration,
    ) -> Result<Option<i64>, StoreError> {
        let fence = row.fence + 1;
        let sql = "UPDATE runs SET state = 'running', fence = $1, leased_until = $2, stage = 'proving', share = NULL,
                       started = COALESCE(started, $3), losses = losses + CASE WHEN state = 'running' THEN 1 ELSE 0 END
                   WHERE id = $4 AND fence = $5 AND (state = 'queued' OR (state = 'running' AND (leased_until <= $3 OR leased_until > $6)))";
        let values = vec![
            fence.into(),
            now.plus(span).micros().into(),
            now.micros().into(),
            row.id.to_string().into(),
            row.fence.into(),
            now.plus(span).plus(span).micros().into(),
        ];
        Ok((self.exec(sql, values).await? == 1).then_some(fence))
    }

    /// Renews the lease and notes progress; false when the fence is not the live one.
    pub async fn run_progress(
        &self,
        grant: &Granted<Work>,
        fence: i64,
        (stage, share): (&str, Option<f64>),
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE runs SET stage = $1, share = $2, leased_until = $3 WHERE id = $4 AND fence = $5 AND state = 'running'";
        let values = vec![stage.into(), share.into(), until.micros().into(), grant.id().into(), fence.into()];
        Ok(self.exec(sql, values).await? == 1)
    }

    /// Ends a run under its live fence; false when the fence is not the live one or the run has ended.
    pub async fn finish_run(
        &self,
        id: RunId,
        fence: i64,
        ending: &Ending,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql =
            "UPDATE runs SET state = $1, code = $2, refusing = $3, receipt = $4, finish = $5, finished = $6,
                       stage = NULL, leased_until = 0
                   WHERE id = $7 AND fence = $8 AND state IN ('queued', 'running')";
        let values = vec![
            ending.state.as_str().into(),
            ending.code.clone().into(),
            ending.check.clone().into(),
            ending.receipt.clone().into(),
            ending.report.clone().into(),
            now.micros().into(),
            id.to_string().into(),
            fence.into(),
        ];
        Ok(self.exec(sql, values).await? == 1)
    }

    /// Asks to stop a run: a queued one ends at once, a running one when its worker hears of it. False when it has ended.
    pub async fn cancel_run(&self, grant: &Granted<CancelRun>, now: Timestamp) -> Result<bool, StoreError> {
        let queued = "UPDATE runs SET state = 'cancelled', cancel = 1, finished = $1 WHERE id = $2 AND state = 'queued'";
        if self.exec(queued, vec![now.micros().into(), grant.id().into()]).await? == 1 {
            return Ok(true);
        }
        let running = "UPDATE runs SET cancel = 1 WHERE id = $1 AND state = 'running'";
        Ok(self.exec(running, vec![grant.id().into()]).await? == 1)
    }
}
