//! Random `kill -9` under load, and the accounts afterwards.
//!
//! Real people at their command lines and over HTTP act on a deployment of real processes while a seeded assassin kills
//! server, worker, broker or all of them; `cloister serve` starts them again. Every act that was acknowledged is written
//! down with its id. Afterwards each is looked for over the API and in a copy of the log: what is missing was lost, what
//! is there twice was doubled, what the log cannot show as one growing history is a gap.
//!
//! Limits: loopback only; a kill ends a process, not the machine, so what the system has taken for written counts as
//! written; a run whose worker was killed waits for the end of its keys' lease (120 s), and one that lost both of its
//! releases has failed, which is said and not counted as lost.
#![expect(clippy::panic, reason = "a test: what cannot be set up ends it")]

mod assassin;
mod judge;
mod ledger;
mod load;
mod study;
mod watch;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use cloister_testkit::{Binaries, Database, Deployment};

pub use judge::Accounts;
use ledger::Ledger;
pub use study::{PASSWORD, enter, session};

/// How long, and how hard.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How long the load lasts.
    pub load: Duration,
    /// Chooses victims and moments.
    pub seed: u64,
    /// The longest that a killed deployment may take until it is ready again.
    pub ready_within: Duration,
    /// How long runs may take to end after the load; those that have not are told, not judged.
    pub runs_within: Duration,
}

/// Ends the clients however the load ends.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Loads, kills, and gives the accounts.
pub fn run(database: Database, plan: &Plan) -> Accounts {
    let words = ["--rate-per-address", "0", "--rate-per-credential", "0"];
    let mut deployment = Deployment::prepare(Binaries::built(), &words, database);
    deployment.up();
    deployment.keep_address();
    let study = study::Study::new(&deployment);
    let (ledger, stop) = (Ledger::default(), AtomicBool::new(false));
    let mut kills = assassin::Kills::default();
    let seen = std::thread::scope(|scope| {
        let _ends = Ends(&stop);
        let watched = scope.spawn(|| watch::checkpoints(&study.url, &stop));
        load::begin(scope, &study, &ledger, &stop);
        let ends = Instant::now() + plan.load;
        let mut assassin = assassin::Assassin::new(plan.seed);
        while Instant::now() < ends {
            assassin.strike(&mut deployment, &mut kills);
        }
        stop.store(true, Ordering::Release);
        watched.join().unwrap_or_else(|_| panic!("the watcher of the log panicked"))
    });
    judge::judge(&deployment, &study, &ledger, plan, kills, &seen)
}
