//! What can be expected of a server's workers, before anything is signed. It proves nothing: it saves people from signing
//! what can never run.

use cloister_api::worker::WorkerInfo;
use cloister_model::{Assurance, Duration, Timestamp};

use crate::{Client, ClientError};

/// A worker seen within the last hour counts as there.
const KNOWN: Duration = Duration::hours(1);

/// The best that a server's workers say of themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    best: Option<Assurance>,
}

impl Outlook {
    /// Of the workers as the server lists them; `told` is the server's own word that all are simulated.
    pub fn of(workers: &[WorkerInfo], told: bool, now: Timestamp) -> Self {
        let lately = workers.iter().filter(|worker| worker.last_seen.plus(KNOWN) >= now);
        let best = lately
            .map(
                |worker| {
                    if worker.assurance == "hardware" { Assurance::Hardware } else { Assurance::Simulated }
                },
            )
            .max();
        Self { best: best.or(told.then_some(Assurance::Simulated)) }
    }

    /// Whether there are only simulated workers.
    pub fn only_simulated(self) -> bool {
        self.best == Some(Assurance::Simulated)
    }

    /// What to say where nothing can run that wants at least this assurance.
    pub fn never(self, least: Assurance) -> Option<&'static str> {
        match (least, self.best) {
            (_, None) => Some("no run can succeed here yet: no worker has asked for work lately"),
            (Assurance::Hardware, Some(Assurance::Simulated)) => Some(
                "no run can succeed here yet: hardware is wanted, and every worker of this server is simulated",
            ),
            (Assurance::Hardware | Assurance::Simulated, Some(_)) => None,
        }
    }
}

impl Client {
    /// What can be expected of the server's workers.
    pub async fn outlook(&self) -> Result<Outlook, ClientError> {
        let told = self.me().await?.notices.iter().any(|notice| notice == "simulated");
        let workers: Vec<WorkerInfo> = self.api.all("/workers").await?;
        Ok(Outlook::of(&workers, told, self.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_worker_can_meet_is_said() {
        let now = Timestamp::from_micros(10_000_000_000);
        let worker = |assurance: &str, ago: i64| WorkerInfo {
            name: "w".into(),
            assurance: assurance.into(),
            measurement: None,
            first_seen: now,
            last_seen: now.plus(Duration::seconds(-ago)),
        };
        let (old, sim, real) = (worker("hardware", 3601), worker("simulated", 10), worker("hardware", 3599));
        for (workers, told, only_simulated, hardware_never, simulated_never) in [
            (vec![], false, false, true, true),
            (vec![], true, true, true, false),
            (vec![old.clone()], false, false, true, true),
            (vec![old, sim.clone()], false, true, true, false),
            (vec![sim, real], true, false, false, false),
        ] {
            let outlook = Outlook::of(&workers, told, now);
            let never =
                |least| outlook.never(least).is_some_and(|t| t.starts_with("no run can succeed here yet"));
            let found = (outlook.only_simulated(), never(Assurance::Hardware), never(Assurance::Simulated));
            assert_eq!(found, (only_simulated, hardware_never, simulated_never), "{workers:?} {told}");
        }
    }
}
