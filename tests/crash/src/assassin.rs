//! Who dies when, and how long it takes until the deployment is ready again.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use cloister_testkit::{Deployment, http::exchange};

const SERVER: &str = "cloister-server";
const BROKER: &str = "cloister-broker";
const WORKER: &str = "cloister-worker";

/// How often each of them is chosen.
const VICTIMS: [&[&str]; 8] = [
    &[SERVER],
    &[SERVER],
    &[BROKER],
    &[BROKER],
    &[WORKER],
    &[SERVER, BROKER],
    &[BROKER, WORKER],
    // Everything, the supervisor too, as in a power cut.
    &[],
];

/// A deployment that takes this long is not coming back.
const NEVER: Duration = Duration::from_secs(60);

/// What was done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kills {
    /// Processes killed.
    pub(crate) processes: u32,
    /// Times the whole deployment was.
    pub(crate) deployments: u32,
    /// From each kill until it was ready again.
    pub(crate) readiness: Vec<Duration>,
}

/// Chooses by a seed.
pub(crate) struct Assassin(fastrand::Rng);

impl Assassin {
    pub(crate) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Waits a while, kills, and waits until the deployment is ready again.
    pub(crate) fn strike(&mut self, deployment: &mut Deployment, kills: &mut Kills) {
        sleep(Duration::from_millis(self.0.u64(300..3_000)));
        let victims = VICTIMS[self.0.usize(..VICTIMS.len())];
        let struck = if victims.is_empty() {
            deployment.crash();
            let struck = Instant::now();
            deployment.up();
            kills.deployments += 1;
            kills.processes += 4;
            struck
        } else {
            let before: Vec<Vec<i32>> = victims.iter().map(|name| deployment.children(name)).collect();
            let struck = Instant::now();
            for (name, pids) in victims.iter().zip(before) {
                kills.processes += u32::from(deployment.kill_child(name));
                back(deployment, name, &pids, struck);
            }
            struck
        };
        while !ready(&deployment.url) {
            assert!(struck.elapsed() < NEVER, "not ready again:\n{}", deployment.log());
            sleep(Duration::from_millis(10));
        }
        kills.readiness.push(struck.elapsed());
    }
}

/// Waits until another process has the name: until then the answers may be those of before.
fn back(deployment: &Deployment, name: &str, before: &[i32], since: Instant) {
    while !deployment.children(name).iter().any(|pid| !before.contains(pid)) {
        assert!(since.elapsed() < NEVER, "`{name}` is not started again:\n{}", deployment.log());
        sleep(Duration::from_millis(10));
    }
}

/// Whether it says so itself.
pub(crate) fn ready(url: &str) -> bool {
    exchange(url, "GET", "/readyz", &[], b"").is_ok_and(|answer| answer.status == 200)
}
