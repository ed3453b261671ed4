//! PostgreSQL that goes away and comes back, whole or connection by connection. On SQLite there is nothing to stop.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread::{scope, sleep},
    time::Duration,
};

use cloister_testkit::Deployment;
use serde_json::json;

use crate::caller::Caller;

/// Ready again within this after the database is back.
const BACK: Duration = Duration::from_secs(2);

struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Drafts go on while `happens`; every answer is an acknowledgement or says that the database does not answer.
fn meanwhile(ana: &mut Caller, happens: impl FnOnce() + Send) -> u32 {
    let done = AtomicBool::new(false);
    scope(|threads| {
        threads.spawn(|| {
            // Also when it fails: the drafts would go on for ever.
            let _done = Done(&done);
            happens();
        });
        let mut refused = 0;
        while !done.load(Ordering::Acquire) {
            let (status, problem) = ana.draft();
            if status != 200 {
                assert_eq!((status, &problem["check"]), (503, &json!("database")), "{problem}");
                refused += 1;
            }
            let read = ana.get("/api/v1/jobs");
            assert!(matches!(read.status, 200 | 503), "{} {}", read.status, read.json);
        }
        refused
    })
}

#[test]
fn a_database_that_stops_and_starts_loses_nothing_and_needs_no_restart() {
    let deployment = Deployment::start();
    let Some(cluster) = deployment.cluster() else { return };
    let mut ana = Caller::enter(&deployment);
    let server = deployment.children("cloister-server");
    for mode in ["immediate", "fast", "immediate"] {
        let refused = meanwhile(&mut ana, || {
            sleep(Duration::from_millis(300));
            cluster.down(mode);
            sleep(Duration::from_millis(700));
            cluster.up();
        });
        assert!(refused > 0, "nothing was asked while the database was down");
        ana.ready_within(BACK);
        ana.draft_within(BACK);
    }
    assert_eq!(deployment.children("cloister-server"), server, "the server was not started again");
    ana.all_there(&deployment);
}

#[test]
fn connections_that_the_database_cuts_cost_at_most_an_answer() {
    let deployment = Deployment::start();
    let Some(cluster) = deployment.cluster() else { return };
    let mut ana = Caller::enter(&deployment);
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
               AND backend_type = 'client backend'";
    meanwhile(&mut ana, || {
        for _ in 0..10 {
            sleep(Duration::from_millis(100));
            cluster.sql(cut);
        }
    });
    ana.ready_within(BACK);
    ana.draft_within(BACK);
    // A time limit of the operator's that nothing can meet: refused, not failed; without it all is well again.
    cluster.sql("ALTER ROLE cloister SET statement_timeout = '1ms'");
    meanwhile(&mut ana, || {
        cluster.sql(cut);
        sleep(Duration::from_millis(500));
        cluster.sql("ALTER ROLE cloister RESET statement_timeout");
        cluster.sql(cut);
    });
    ana.ready_within(BACK);
    ana.draft_within(BACK);
    ana.all_there(&deployment);
}
