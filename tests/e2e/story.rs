//! The whole story: from two empty profiles to a verified result.

use std::{path::Path, process::Command};

use crate::{
    python::interpreter,
    world::{STATISTICS, World, truth},
};

/// What the second verifier says: its exit code and its JSON.
fn second_opinion(bundle: &str, words: &[&str]) -> (Option<i32>, serde_json::Value) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/python/src");
    let mut command = Command::new(interpreter("sdk"));
    command.args(["-m", "cloister.verify.cli", bundle, "--json"]).args(words);
    command.env("PYTHONPATH", sources).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = command.output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn two_organisations_compute_and_anyone_can_verify() {
    let world = World::new();
    let job = world.accepted("statistics", STATISTICS, &[]);
    let run = world.succeed(&job);

    for reader in [&world.ana, &world.ben] {
        let rows: Vec<(String, u32, f64)> = world
            .rows(reader, &run)
            .iter()
            .map(|row| {
                let cells: Vec<&str> = row.split(',').collect();
                (cells[0].to_owned(), cells[1].parse().unwrap(), cells[2].parse().unwrap())
            })
            .collect();
        assert_eq!(rows, truth());
    }

    let told = |user: &cloister_testkit::User| {
        let inbox = user.run(&["inbox", "--mark-read"]).expect(0).json;
        let kinds = inbox["items"].as_array().unwrap().iter().map(|n| n["kind"].as_str().unwrap().to_owned());
        kinds.collect::<Vec<_>>()
    };
    assert_eq!(told(&world.ana)[..2], ["run_finished", "decided"], "newest first");
    assert!(told(&world.ben).contains(&"review_asked".to_owned()));
    assert_eq!(world.ana.run(&["inbox", "--unread"]).expect(0).json["items"], serde_json::json!([]));

    let bundle = world.bundle(&run);
    let bundle = bundle.to_str().unwrap();
    let stranger = world.deployment.user("stranger");
    let _ = stranger.run(&["verify", bundle]).expect(2);
    let _ = stranger.run(&["verify", bundle, "--genesis", &world.genesis]).expect(3);
    let held = stranger.run(&["verify", bundle, "--genesis", &world.genesis, "--allow-simulated"]).expect(0);
    assert_eq!(held.json["verified"], true);
    assert!(!held.json["not_proven"].as_array().unwrap().is_empty(), "limits are said");
    let (code, second) = second_opinion(bundle, &["--genesis", &world.genesis, "--allow-simulated"]);
    assert_eq!((code, &second["checks"]), (Some(0), &held.json["checks"]), "{second}");
    assert_eq!(second["not_proven"], held.json["not_proven"]);
    let other = format!("{}{}", if world.genesis.starts_with('0') { '1' } else { '0' }, &world.genesis[1..]);
    let _ = stranger.run(&["verify", bundle, "--genesis", &other, "--allow-simulated"]).expect(1);
    let (code, second) = second_opinion(bundle, &["--genesis", &other, "--allow-simulated"]);
    assert_eq!((code, &second["refused_check"]), (Some(1), &serde_json::json!("genesis")));
}

#[test]
fn a_test_run_uses_mock_data_and_counts_nothing() {
    let world = World::new();
    let job = world.draft("trial", STATISTICS, &["--max-runs", "1"]);
    world.ana.ok(&["job", "test", &job]);
    world.ana.ok(&["job", "submit", &job]);
    world.ben.ok(&["job", "approve", &job]);
    world.succeed(&job);
}
