//! Workers that asked for work, and whether one of them can meet what a run wants.

use cloister_authz::{
    Actor, Granted, Resource,
    actions::{ListWorkers, Work},
};
use cloister_model::{
    Assurance, Duration,
    states::{RunKind, RunState},
};
use cloister_store::{
    runs::RunRow,
    workers::{self, WorkerRow},
};

use super::super::Paging;
use crate::{App, AppError};

/// A worker seen within the last hour counts as there: it may be at work, or starting again.
pub(crate) const KNOWN: Duration = Duration::hours(-1);

/// A worker as it presents itself. It may lie: the broker appraises its evidence.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The name it made for itself.
    pub name: String,
    /// Whether its evidence is simulated.
    pub simulated: bool,
    /// Its measurement, hexadecimal.
    pub measurement: Option<String>,
}

impl Asker {
    /// Reads what a worker says of itself.
    pub fn new(name: Option<&str>, simulated: bool, measurement: Option<&str>) -> Result<Self, AppError> {
        let name = super::word(name.unwrap_or("unnamed"))?;
        let hexadecimal = |c: char| c.is_ascii_digit() || matches!(c, 'a'..='f');
        if measurement.is_some_and(|m| m.is_empty() || m.len() > 128 || !m.chars().all(hexadecimal)) {
            return Err(AppError::Invalid("a measurement is up to 128 hexadecimal digits".into()));
        }
        Ok(Self { name: name.into(), simulated, measurement: measurement.map(Into::into) })
    }

    pub(super) fn assurance(&self) -> Assurance {
        if self.simulated { Assurance::Simulated } else { Assurance::Hardware }
    }
}

impl App {
    pub(super) async fn note_worker(&self, granted: &Granted<Work>, asker: &Asker) -> Result<(), AppError> {
        let now = self.now();
        let seen = WorkerRow {
            name: asker.name.clone(),
            assurance: asker.assurance(),
            measurement: asker.measurement.clone(),
            first_seen: now,
            last_seen: now,
        };
        if !workers::stale(&self.store.read(), &seen).await? {
            return Ok(());
        }
        let tx = self.store.write().await?;
        tx.note_worker(granted, &seen).await?;
        Ok(tx.commit().await?)
    }

    /// Workers seen lately.
    pub async fn list_workers(&self, actor: &Actor, paging: &Paging) -> Result<Vec<WorkerRow>, AppError> {
        self.permit(actor, ListWorkers, &Resource::deployment(), "worker").await?;
        Ok(workers::list(&self.store.read(), &paging.after, paging.limit).await?)
    }

    /// The best assurance that a worker seen lately reaches; none when none was seen.
    pub(crate) async fn best_worker(&self) -> Result<Option<Assurance>, AppError> {
        Ok(workers::best_since(&self.store.read(), self.now().plus(KNOWN)).await?)
    }

    /// What a queued run waits for, if not only for its turn.
    pub(crate) async fn waits_for(&self, row: &RunRow) -> Result<Option<String>, AppError> {
        if row.state != RunState::Queued {
            return Ok(None);
        }
        let least = match row.kind {
            RunKind::Test => Assurance::Simulated,
            RunKind::Real => match self.may_run(row, &self.run_grounds(row).await?) {
                Ok(least) => least,
                // The next lease ends the run and names the check.
                Err(AppError::Refused { .. }) => return Ok(None),
                Err(error) => return Err(error),
            },
        };
        if let Some(never) = no_worker_for(least, self.best_worker().await?) {
            return Ok(Some(never));
        }
        let waits = "the run waits for a hardware worker";
        Ok((row.kind == RunKind::Real && least == Assurance::Hardware).then(|| waits.into()))
    }
}

/// Why no run that needs at least this can succeed, when the best worker reaches `best`.
pub(crate) fn no_worker_for(least: Assurance, best: Option<Assurance>) -> Option<String> {
    match (least, best) {
        (_, None) => Some("no run can succeed here yet: no worker has asked for work lately".into()),
        (Assurance::Hardware, Some(Assurance::Simulated)) => Some(
            "no run can succeed here yet: hardware is wanted, and every worker of this server is simulated"
                .into(),
        ),
        (Assurance::Hardware | Assurance::Simulated, Some(_)) => None,
    }
}
