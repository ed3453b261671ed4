//! Fills a running deployment, so that figures are measured on, and the console is looked at with, as much as a large
//! customer has.
//!
//! Who takes part: the deployment's own server, broker, and for real runs its worker. People, sessions, runs and the
//! bulk of the log are written through `store` in batches, each with its entries in the same transaction; certificates,
//! charters, acceptances, manifests, grants, specs and reviews are acts of these people through the API, signed with
//! their own keys, certified and acknowledged by the deployment's broker.
//!
//! Limits, said plainly. A run of the bulk has a request signed by a member and ended before a worker took it
//! (cancelled): nothing was released for it, so it has neither release record nor receipt. Only [`Plan::real_runs`]
//! are carried out by the worker. An entry that only makes the log long carries the fact `seeded`. Nobody has a password but, where asked for, the first.
#![forbid(unsafe_code)]

mod entries;
mod people;
mod runs;
mod workspaces;

use std::{collections::BTreeMap, path::PathBuf, time::Instant};

use cloister_client::{Ambient, ClientError};
use cloister_model::{Digest, JobId, RunId};
use cloister_store::{Store, StoreError};

pub use people::Person;
pub use workspaces::Study;

/// How much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// People with a certificate each.
    pub members: usize,
    /// Workspaces with a dataset and an accepted job each.
    pub workspaces: usize,
    /// Runs that were asked for and cancelled.
    pub runs: usize,
    /// Runs that the deployment's worker carries out.
    pub real_runs: usize,
    /// Entries of the log in the end, the acts of the others included.
    pub entries: i64,
}

impl Plan {
    /// What the figures of `docs/performance.md` are measured on.
    pub const LARGE: Self =
        Self { members: 1_000, workspaces: 200, runs: 10_000, real_runs: 2, entries: 1_000_000 };

    /// A hundredth of it, with one real run: for tests.
    pub const SMALL: Self = Self { members: 10, workspaces: 2, runs: 100, real_runs: 1, entries: 10_000 };
}

/// What is filled.
#[derive(Clone, Debug)]
pub struct Target {
    /// The server's address. It must not limit rates: `--rate-per-address 0 --rate-per-credential 0`.
    pub server: String,
    /// The URL of its database.
    pub database: String,
    /// Where the people's profiles go, a folder each; they hold keys and sessions.
    pub profiles: PathBuf,
    /// A password for the first of the people, so that somebody can look at it all in a browser.
    pub password: Option<String>,
}

/// What is there now.
#[derive(Clone, Debug)]
pub struct Seeded {
    /// Everyone; the first is a member of every workspace, and admin and auditor of the first organisation.
    pub people: Vec<Person>,
    /// The workspaces.
    pub studies: Vec<Study>,
    /// Runs that were cancelled, with the digests of their requests.
    pub cancelled: Vec<(RunId, JobId, Digest)>,
    /// Runs that the worker carried out.
    pub real: Vec<RunId>,
    /// Entries in the signed log.
    pub entries: i64,
    /// Seconds of each step.
    pub took: BTreeMap<&'static str, f64>,
}

/// Why it was not filled.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The plan makes no sense.
    #[error("{0}")]
    Plan(&'static str),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server, or what it answered.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A use case.
    #[error(transparent)]
    App(#[from] cloister_app::AppError),
    /// A permission that a row's writer needs.
    #[error(transparent)]
    Denied(#[from] cloister_authz::Denied),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

pub(crate) fn failed(why: impl std::fmt::Display) -> SeedError {
    SeedError::Failed(why.to_string())
}

/// Acts of people that go on at the same time.
pub(crate) const AT_ONCE: usize = 8;

/// What every step works with.
pub(crate) struct Seeding<'a> {
    pub(crate) store: Store,
    pub(crate) target: &'a Target,
    pub(crate) plan: Plan,
    pub(crate) ambient: &'a Ambient,
}

/// Fills the deployment by the plan, and ends when all of it stands in the signed log.
pub async fn seed(target: &Target, plan: Plan, ambient: &Ambient) -> Result<Seeded, SeedError> {
    if plan.workspaces == 0 || plan.members <= plan.workspaces {
        return Err(SeedError::Plan("there are workspaces, and more members than workspaces"));
    }
    let store = Store::open(&target.database).await?;
    let seeding = Seeding { store, target, plan, ambient };
    let mut took = BTreeMap::new();
    let begun = Instant::now();
    let people = people::seed(&seeding).await?;
    took.insert("people", begun.elapsed().as_secs_f64());
    let studies = workspaces::seed(&seeding, &people).await?;
    took.insert("workspaces", begun.elapsed().as_secs_f64());
    let cancelled = runs::seed(&seeding, &studies).await?;
    let real = runs::carried_out(&seeding, &studies).await?;
    took.insert("runs", begun.elapsed().as_secs_f64());
    let entries = entries::seed(&seeding, &people, &studies).await?;
    took.insert("entries", begun.elapsed().as_secs_f64());
    seeding.store.close().await?;
    Ok(Seeded { people, studies, cancelled, real, entries, took })
}
