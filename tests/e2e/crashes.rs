//! Processes killed in the middle of runs: nothing acknowledged is lost, nothing is half done.

use std::process::Stdio;

use crate::world::{STATISTICS, World};

#[test]
fn a_run_survives_the_death_of_worker_broker_and_server() {
    let world = World::new();
    for victim in ["cloister-worker", "cloister-broker", "cloister-server"] {
        let job = world.accepted(victim, STATISTICS, &[]);
        let started = world.ana.ok(&["job", "run", &job]);
        let run = started["run"].as_str().unwrap_or_else(|| panic!("{started}"));
        assert!(world.deployment.kill_child(victim), "{victim} was running");
        let ended = world.until(run, &["succeeded", "failed", "refused"]);
        assert_eq!(ended["state"], "succeeded", "after the death of {victim}: {ended}");
        assert_eq!(world.rows(&world.ben, run).len(), 2);
    }
}

#[test]
fn what_was_acknowledged_is_there_after_a_power_cut() {
    let mut world = World::new();
    let job = world.accepted("statistics", STATISTICS, &[]);
    let run = world.succeed(&job);
    let bundle = world.bundle(&run);
    world.deployment.crash();
    world.deployment.up();
    let _ = world
        .deployment
        .user("stranger")
        .run(&["verify", bundle.to_str().unwrap(), "--genesis", &world.genesis, "--allow-simulated"])
        .expect(0);
    for (user, email) in [(&world.ana, crate::world::ANA), (&world.ben, crate::world::BEN)] {
        let words = ["login", &world.deployment.url, "--email", email, "--password-stdin"];
        let _ = user.run_with_input(&words, crate::world::PASSWORD).expect(0);
    }
    assert_eq!(world.rows(&world.ana, &run).len(), 2);
    let shown = world.ana.ok(&["run", "show", &run]);
    assert_eq!(shown["state"], "succeeded", "{shown}");
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let world = World::new();
    let mut second = world.deployment.serve_command();
    let status = second.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(6));
}
