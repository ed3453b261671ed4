//! Runs: the queue of work, leases with fences, what came out. Every write of a worker names its fence and changes
//! nothing when that fence is not the live one.

use cloister_authz::{
    Granted,
    actions::{CancelRun, RunJob, TestJob, Work},
};
use cloister_model::{
    Digest, Duration, JobId, RunId, Timestamp, UserId,
    states::{RunKind, RunState},
};

use crate::{Query, Row, StoreError, Tx, datasets::signed, people::parsed};

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
}

/// A release record with what it rests on.
#[derive(Clone, Debug)]
pub struct ReleaseRow {
    /// The run.
    pub run: RunId,
    /// The record's digest.
    pub digest: Digest,
    /// The record's JSON.
    pub record: String,
    /// The challenge's JSON.
    pub challenge: String,
    /// The transcript, base64.
    pub transcript: String,
    /// The evidence, base64.
    pub evidence: String,
    /// Number of its log entry.
    pub entry: i64,
}

/// A sealed output that was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputRow {
    /// `result` or `log`.
    pub name: String,
    /// The fence it was put under.
    pub fence: i64,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Digest,
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
    r.finished FROM runs r";

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
    })
}

/// The run of this id.
pub async fn by_id(db: &dyn Query, id: RunId) -> Result<Option<RunRow>, StoreError> {
    let sql = format!("{RUN} WHERE r.id = $1");
    db.one(&sql, vec![id.to_string().into()]).await?.as_ref().map(run).transpose()
}

/// A workspace's runs, newest id last.
pub async fn of_workspace(
    db: &dyn Query,
    workspace: Digest,
    after: &str,
    limit: u64,
) -> Result<Vec<RunRow>, StoreError> {
    let sql = format!("{RUN} WHERE r.workspace = $1 AND r.id > $2 ORDER BY r.id LIMIT {limit}");
    db.all(&sql, vec![workspace.to_string().into(), after.into()]).await?.iter().map(run).collect()
}

/// Runs of every workspace whose charter in force lists the user; by id.
pub async fn of_user(
    db: &dyn Query,
    user: UserId,
    after: &str,
    limit: u64,
) -> Result<Vec<RunRow>, StoreError> {
    let sql = format!(
        "{RUN} JOIN workspaces w ON w.id = r.workspace JOIN invitations i ON i.charter = w.charter
         WHERE i.member = $1 AND w.version > 0 AND r.id > $2 ORDER BY r.id LIMIT {limit}"
    );
    db.all(&sql, vec![user.to_string().into(), after.into()]).await?.iter().map(run).collect()
}

/// Runs that wait, and those whose lease ran out; oldest first.
pub async fn waiting(db: &dyn Query, now: Timestamp, limit: u64) -> Result<Vec<RunRow>, StoreError> {
    let sql = format!(
        "{RUN} WHERE r.state = 'queued' OR (r.state = 'running' AND r.leased_until <= $1) ORDER BY r.place LIMIT {limit}"
    );
    db.all(&sql, vec![now.micros().into()]).await?.iter().map(run).collect()
}

/// Real runs of a spec that count: asked for and not ended before any key was released.
pub async fn used(db: &dyn Query, spec: Digest) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM runs r WHERE r.spec = $1 AND r.kind = 'real'
               AND (r.state IN ('queued', 'running') OR EXISTS (SELECT 1 FROM releases x WHERE x.run = r.id))";
    let row = db.one(sql, vec![spec.to_string().into()]).await?.ok_or(StoreError::NotFound)?;
    u32::try_from(row.try_get::<i64>("", "n")?).map_err(StoreError::corrupt)
}

/// The releases of a run, in the order they were logged.
pub async fn releases(db: &dyn Query, id: RunId) -> Result<Vec<ReleaseRow>, StoreError> {
    let sql = "SELECT run, digest, record, challenge, transcript, evidence, entry FROM releases WHERE run = $1 ORDER BY entry";
    let rows = db.all(sql, vec![id.to_string().into()]).await?;
    let release = |row: &Row| {
        Ok(ReleaseRow {
            run: parsed(row, "run")?,
            digest: parsed(row, "digest")?,
            record: row.try_get("", "record")?,
            challenge: row.try_get("", "challenge")?,
            transcript: row.try_get("", "transcript")?,
            evidence: row.try_get("", "evidence")?,
            entry: row.try_get("", "entry")?,
        })
    };
    rows.iter().map(release).collect()
}

/// The outputs put for a run.
pub async fn outputs(db: &dyn Query, id: RunId) -> Result<Vec<OutputRow>, StoreError> {
    let sql = "SELECT name, fence, size, sha256 FROM run_outputs WHERE run = $1 ORDER BY name DESC";
    let rows = db.all(sql, vec![id.to_string().into()]).await?;
    let output = |row: &Row| {
        Ok(OutputRow {
            name: row.try_get("", "name")?,
            fence: row.try_get("", "fence")?,
            size: u64::try_from(row.try_get::<i64>("", "size")?).map_err(StoreError::corrupt)?,
            sha256: parsed(row, "sha256")?,
        })
    };
    rows.iter().map(output).collect()
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
                   WHERE id = $4 AND fence = $5 AND (state = 'queued' OR (state = 'running' AND leased_until <= $3))";
        let values = vec![
            fence.into(),
            now.plus(span).micros().into(),
            now.micros().into(),
            row.id.to_string().into(),
            row.fence.into(),
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

    /// Stores a release record; stored before, it stays.
    pub async fn add_release(&self, _grant: &Granted<Work>, row: &ReleaseRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO releases (run, digest, record, challenge, transcript, evidence, entry)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (run, digest) DO NOTHING",
            vec![
                row.run.to_string().into(),
                row.digest.to_string().into(),
                row.record.clone().into(),
                row.challenge.clone().into(),
                row.transcript.clone().into(),
                row.evidence.clone().into(),
                row.entry.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Notes an output that was put; a later fence replaces it.
    pub async fn put_output(&self, grant: &Granted<Work>, output: &OutputRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO run_outputs (run, name, fence, size, sha256) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (run, name) DO UPDATE SET fence = excluded.fence, size = excluded.size, sha256 = excluded.sha256",
            vec![
                grant.id().into(),
                output.name.clone().into(),
                output.fence.into(),
                signed(output.size)?.into(),
                output.sha256.to_string().into(),
            ],
        )
        .await
        .map(|_| ())
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

    /// Keeps the broker's evidence, obtained when the run ended.
    pub async fn keep_broker_evidence(&self, id: RunId, evidence: &str) -> Result<(), StoreError> {
        let sql = "UPDATE runs SET broker_evidence = $1 WHERE id = $2 AND broker_evidence IS NULL";
        self.exec(sql, vec![evidence.into(), id.to_string().into()]).await.map(|_| ())
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
