//! The shorter run of `cargo xtask crash`.

use std::time::Duration;

use cloister_crash::{Plan, run};
use cloister_testkit::Database;

#[test]
fn nothing_acknowledged_is_lost_or_doubled_by_random_kills() {
    let plan = Plan {
        load: Duration::from_secs(20),
        seed: 7,
        // Other tests share the processors here; `cargo xtask crash` holds it to 2 s.
        ready_within: Duration::from_secs(20),
        // A run whose worker was killed waits for its keys' lease; the long run waits with it.
        runs_within: Duration::from_secs(10),
    };
    let accounts = run(Database::of_this_run(), &plan);
    assert!(accounts.hold(), "{accounts}");
}
