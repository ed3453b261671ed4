//! What must not run does not, and the refusal names its check.

use std::{fs, io::Write};

use cloister_testkit::{Binaries, Outcome};

use crate::world::{BEN, STATISTICS, World};

/// What must be refused, by this check.
fn refused(outcome: &Outcome, check: &str) {
    let said = format!("`{}`: {}{}", outcome.command, outcome.stdout, outcome.stderr);
    assert!(matches!(outcome.exit, 1 | 4), "exit {}: {said}", outcome.exit);
    assert_eq!(outcome.check().as_deref(), Some(check), "{said}");
}

#[test]
fn a_revoked_grant_stops_an_accepted_job() {
    let world = World::new();
    let job = world.accepted("statistics", STATISTICS, &[]);
    world.ben.ok(&["dataset", "revoke", "diagnoses", "--workspace", &world.workspace]);
    refused(&world.run(&job), "grant");
}

#[test]
fn a_rejected_or_unapproved_job_does_not_run() {
    let world = World::new();
    let job = world.draft("rejected", STATISTICS, &[]);
    let _ = world.run(&job).expect(5);
    world.ana.ok(&["job", "submit", &job]);
    let _ = world.run(&job).expect(5);
    world.ben.ok(&["job", "reject", &job, "--comment", "no"]);
    let _ = world.run(&job).expect(5);
}

#[test]
fn a_change_voids_the_approvals() {
    let world = World::new();
    let job = world.accepted("changed", STATISTICS, &[]);
    world.ana.ok(&["job", "withdraw", &job]);
    let sql = world.file("other.sql", "SELECT count(DISTINCT patient) AS n FROM measurements");
    world.ana.ok(&["job", "update", &job, "--sql", sql.to_str().unwrap()]);
    let _ = world.run(&job).expect(5);
    world.ana.ok(&["job", "submit", &job]);
    let _ = world.run(&job).expect(5);
    world.ben.ok(&["job", "approve", &job]);
    world.succeed(&job);
}

#[test]
fn a_suspended_member_stops_what_needs_them() {
    let world = World::new();
    let job = world.accepted("statistics", STATISTICS, &[]);
    world.ana.ok(&["workspace", "suspend", &world.workspace, BEN]);
    refused(&world.run(&job), "approval");
}

#[test]
fn an_archived_workspace_runs_nothing_more() {
    let world = World::new();
    let job = world.accepted("statistics", STATISTICS, &[]);
    world.ana.ok(&["workspace", "archive", &world.workspace, "--confirm", "Study"]);
    refused(&world.run(&job), "archive");
}

#[test]
fn no_run_beyond_max_runs() {
    let world = World::new();
    let job = world.accepted("once", STATISTICS, &["--max-runs", "1"]);
    world.succeed(&job);
    refused(&world.run(&job), "counter");
}

#[test]
fn rows_of_single_patients_are_refused_by_a_rule() {
    let world = World::new();
    let job = world.draft("singles", "SELECT patient, charge FROM measurements", &[]);
    refused(&world.ana.run(&["job", "test", &job]), "rule.shape");
}

#[test]
fn a_worker_with_one_more_byte_is_refused_by_measurement() {
    let folder = tempfile::tempdir().unwrap();
    let binaries = Binaries::built().copy_to(folder.path());
    let mut worker = fs::OpenOptions::new().append(true).open(binaries.path("cloister-worker")).unwrap();
    worker.write_all(&[0]).unwrap();
    drop(worker);
    let world = World::with(binaries);
    let job = world.accepted("statistics", STATISTICS, &[]);
    refused(&world.run(&job), "measurement");
}
