//! What must not run does not, and the refusal names its check.

use std::{fs, io::Write};

use cloister_testkit::{Binaries, Outcome};

use crate::world::{BEN, STATISTICS, World};

/// A run that must not succeed: refused at once, or ended in failure.
fn refused(outcome: &Outcome) {
    assert_ne!(outcome.exit, 0, "`{}` was not refused: {}", outcome.command, outcome.stdout);
    assert_ne!(outcome.json["state"], "succeeded", "{}", outcome.stdout);
}

#[test]
fn a_revoked_grant_stops_an_accepted_job() {
    let world = World::new();
    let job = world.accepted("statistics", STATISTICS, &[]);
    world.ben.ok(&["dataset", "revoke", "diagnoses", "--workspace", &world.workspace]);
    refused(&world.run(&job));
}

#[test]
fn a_rejected_or_unapproved_job_does_not_run() {
    let world = World::new();
    let job = world.draft("rejected", STATISTICS, &[]);
    refused(&world.run(&job));
    world.ana.ok(&["job", "submit", &job]);
    refused(&world.run(&job));
    world.ben.ok(&["job", "reject", &job, "--comment", "no"]);
    refused(&world.run(&job));
}

#[test]
fn a_suspended_member_stops_what_needs_them() {
    let world = World::new();
    let job = world.accepted("statistics", STATISTICS, &[]);
    world.ana.ok(&["workspace", "suspend", &world.workspace, BEN]);
    refused(&world.run(&job));
}

#[test]
fn an_archived_workspace_runs_nothing_more() {
    let world = World::new();
    let job = world.accepted("statistics", STATISTICS, &[]);
    world.ana.ok(&["workspace", "archive", &world.workspace, "--confirm", "Study"]);
    refused(&world.run(&job));
}

#[test]
fn no_run_beyond_max_runs() {
    let world = World::new();
    let job = world.accepted("once", STATISTICS, &["--max-runs", "1"]);
    world.succeed(&job);
    refused(&world.run(&job));
}

#[test]
fn rows_of_single_patients_are_refused_by_a_rule() {
    let world = World::new();
    let job = world.draft("singles", "SELECT patient, charge FROM measurements", &[]);
    let tested = world.ana.run(&["job", "test", &job]);
    refused(&tested);
    let check = tested.check().unwrap_or_else(|| panic!("no check: {}{}", tested.stdout, tested.stderr));
    assert!(check.starts_with("rule."), "{check}");
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
    let outcome = world.run(&job);
    refused(&outcome);
    assert_eq!(outcome.check().as_deref(), Some("measurement"), "{}{}", outcome.stdout, outcome.stderr);
}
