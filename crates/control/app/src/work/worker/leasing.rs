//! Leases: which run which worker gets, and runs that end because they may not run (any more).

use cloister_authz::{Actor, Granted, actions::Work};
use cloister_model::{
    Assurance,
    states::{RunKind, RunState},
};
use cloister_statement::predicate::{Manifest, Spec};
use cloister_store::{
    EntryDraft,
    runs::{self, Ending, RunRow},
    statements, workers,
};
use cloister_verify::{Check, Marks, approvals, grants, ingests, limits, manifests};

use super::super::{
    grounds::{Grounds, find, wire},
    jobs::live_shares,
};
use super::{Asker, LEASE, Leased, LeasedTable, seen::KNOWN};
use crate::{App, AppError};

/// A run whose worker was lost so often fails: the broker repeats a release once.
const MAX_LOSSES: i64 = 2;
/// The longest a worker waits for work.
const LONGEST_WAIT: u64 = 30;
/// Waiting runs looked at for one worker.
const LOOKED_AT: u64 = 200;

impl App {
    /// Waits for work.
    pub async fn lease_run(
        &self,
        actor: &Actor,
        asker: &Asker,
        wait_seconds: u32,
    ) -> Result<Option<Leased>, AppError> {
        let granted = self.working(actor, "queue").await?;
        self.note_worker(&granted, asker).await?;
        let wait = std::time::Duration::from_secs(u64::from(wait_seconds).min(LONGEST_WAIT));
        let deadline = tokio::time::Instant::now() + wait;
        loop {
            for row in runs::waiting(&self.store.read(), self.now(), LEASE, LOOKED_AT).await? {
                if let Some(leased) = self.try_lease(&granted, asker, row).await? {
                    return Ok(Some(leased));
                }
            }
            if tokio::time::Instant::now() >= deadline {
                return Ok(None);
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    /// Leases a run, or ends one that may not run (any more).
    async fn try_lease(
        &self,
        granted: &Granted<Work>,
        asker: &Asker,
        row: RunRow,
    ) -> Result<Option<Leased>, AppError> {
        match self.closed_at_broker(&row).await {
            Ok(false) => {}
            Ok(true) => return Ok(None),
            // Undecided is not allowed: a run that was closed would be refused by `counter`.
            Err(error) => {
                tracing::warn!(run = %row.id, %error, "whether a run was closed at the broker is not known yet");
                return Ok(None);
            }
        }
        if row.cancel {
            self.end(&row, RunState::Cancelled, None, None).await?;
            return Ok(None);
        }
        if row.state == RunState::Running && row.losses + 1 >= MAX_LOSSES {
            self.end(&row, RunState::Failed, Some("worker_lost"), None).await?;
            return Ok(None);
        }
        let grounds = self.run_grounds(&row).await?;
        match self.fits(&row, &grounds, asker).await {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(AppError::Refused { check, .. }) => {
                self.end(&row, RunState::Failed, Some("refused"), Some(check)).await?;
                return Ok(None);
            }
            // Undecided is not allowed: the run stays queued, the others go on.
            Err(error) => {
                tracing::error!(run = %row.id, %error, "a run cannot be judged");
                return Ok(None);
            }
        }
        let tables = self.leased_tables(&row).await?;
        let now = self.now();
        let tx = self.store.write().await?;
        // A statement that came meanwhile may forbid the run: it is judged again at the next look.
        if statements::stamp(&tx, row.workspace).await? != grounds.stamp {
            return Ok(None);
        }
        let Some(fence) = tx.lease_run(granted, &row, now, LEASE).await? else { return Ok(None) };
        let entry =
            EntryDraft::done(now, granted.actor(), "run.lease").target(row.id).workspace(row.workspace);
        tx.audit(entry.fact("fence", fence).fact("worker", &asker.name)).await?;
        tx.commit().await?;
        let statements = grounds.envelopes.values().chain(&grounds.acknowledgements).map(wire).collect();
        Ok(Some(Leased { row, fence, statements, tables }))
    }

    /// Whether this worker may have the run. False: it waits for a worker of another kind, which was seen lately; where
    /// none was, the run is refused by `assurance`, as the broker would.
    async fn fits(&self, row: &RunRow, grounds: &Grounds, asker: &Asker) -> Result<bool, AppError> {
        let least = self.may_run(row, grounds)?;
        if row.kind == RunKind::Test || asker.assurance() >= least {
            return Ok(true);
        }
        let best = workers::best_since(&self.store.read(), self.now().plus(KNOWN)).await?;
        if best.is_some_and(|best| best >= least) {
            return Ok(false);
        }
        let why = "the charter, a dataset or a grant wants hardware, and every worker here is simulated";
        Err(super::super::refused(Check::Assurance, why))
    }

    /// The server leases nothing that a stored statement forbids, acknowledged or not. Gives the least assurance that
    /// charter, manifests and grants want of the worker.
    pub(super) fn may_run(&self, row: &RunRow, grounds: &Grounds) -> Result<Assurance, AppError> {
        let (marks, now, dossier) = (Marks::default(), self.now(), &grounds.dossier);
        let force = grounds.in_force(row.workspace)?;
        limits::archive(&force)?;
        let spec = dossier.specs().get(&row.spec).ok_or(AppError::Absent("spec"))?;
        let mut granted = Vec::new();
        for manifest in spec.body().tables.values() {
            let (newest, owner) = manifests::newest(manifest, dossier, &marks)?;
            ingests::readable(spec, newest.body(), &owner, &force, dossier)?;
            if row.kind == RunKind::Real {
                let grant = grants::holding(manifest, &owner, &force, dossier, &marks, now)?;
                granted.push((newest.body(), grant.body()));
            }
        }
        if row.kind == RunKind::Real {
            approvals::approved(spec, &force, dossier, &marks, now)?;
            let request = row
                .request
                .and_then(|r| dossier.requests().get(&r))
                .ok_or(AppError::Absent("run request"))?;
            cloister_verify::run_policy::permitted(request, row.id, spec, &force, dossier, now)?;
        }
        match limits::assurance(Assurance::Simulated, &force, granted) {
            Ok(()) => Ok(Assurance::Simulated),
            Err(_) => Ok(Assurance::Hardware),
        }
    }

    async fn leased_tables(&self, row: &RunRow) -> Result<Vec<LeasedTable>, AppError> {
        let db = self.store.read();
        let spec =
            find(&db, row.spec).await?.open::<Spec>().map_err(AppError::internal)?.predicate().body.clone();
        let shares = live_shares(&db, row.workspace).await?;
        let mut tables = Vec::new();
        for (sql_name, manifest) in spec.tables {
            let share = shares.iter().find(|s| s.manifest == manifest);
            let opened = find(&db, manifest).await?.open::<Manifest>().map_err(AppError::internal)?;
            let sealed_key = match (row.kind, share) {
                (RunKind::Real, Some(s)) => {
                    Some(serde_json::from_str(&s.sealed_key).map_err(AppError::internal)?)
                }
                (RunKind::Test, _) | (RunKind::Real, None) => None,
            };
            tables.push(LeasedTable {
                sql_name,
                manifest,
                dataset: opened.predicate().body.dataset,
                sealed_key,
            });
        }
        Ok(tables)
    }

    async fn end(
        &self,
        row: &RunRow,
        state: RunState,
        code: Option<&str>,
        check: Option<String>,
    ) -> Result<(), AppError> {
        let now = self.now();
        let ending = Ending {
            state,
            code: code.map(Into::into),
            check: check.clone(),
            receipt: None,
            report: String::new(),
        };
        let tx = self.store.write().await?;
        if tx.finish_run(row.id, row.fence, &ending, now).await? {
            let mut entry = match &check {
                Some(check) => EntryDraft::refused(now, &Actor::HostOperator, "run.end", check),
                None => EntryDraft::done(now, &Actor::HostOperator, "run.end"),
            };
            entry.entry.actor = "server".into();
            tx.audit(entry.target(row.id).workspace(row.workspace).fact("state", state)).await?;
            self.tell_finished(&tx, row, state).await?;
        }
        tx.commit().await?;
        self.forget_parts(row).await;
        Ok(())
    }
}
