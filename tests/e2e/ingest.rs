//! Datasets by way of a worker: sealed as they are, converted by an ingest, used like any other.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use cloister_testkit::{Outcome, User};
use serde_json::Value;

use crate::world::{ANA, BEN, PATIENTS, World, charge, truth};

const RULES: &str = r#"
allowed_columns = ["patient", "charge"]
uses = ["sql"]
[analysis]
rule = "aggregation"
identity = "patient"
threshold = 10
join_on = ["patient"]
[analysis.aggregate]
charge = { functions = ["count", "sum"], bounds = [0, 100000] }
"#;

const JOIN: &str = "SELECT d.diagnosis, count(c.charge) AS n, sum(c.charge) AS total \
    FROM charges c JOIN diagnoses d ON c.patient = d.patient GROUP BY d.diagnosis";

/// The charges of all patients, with two rows that do not fit.
fn charges() -> String {
    let rows = (0..PATIENTS).map(|p| format!("p{p:03},{}\n", charge(p)));
    format!("patient,charge\n{}oops\np999,1,2\n", rows.collect::<String>())
}

fn add<'a>(file: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec!["dataset", "add", file.to_str().unwrap(), "--assurance", "simulated", "--by-worker"];
    words.extend(more);
    words
}

/// Files under a folder of a deployment, by their paths within it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|f| PathBuf::from(entry.file_name()).join(f)));
        } else {
            found.push(entry.file_name().into());
        }
    }
    found
}

#[test]
fn a_raw_file_with_bad_rows_becomes_a_dataset_that_jobs_join() {
    let world = World::new();
    let (file, rules) = (world.file("charges.csv", &charges()), world.file("rules.toml", RULES));
    let rules = rules.to_str().unwrap();
    let named = ["--name", "charges", "--rules", rules];

    // Ben is no workspace admin: a workspace of himself alone is his to found.
    let refused = world.ben.run(&add(&file, &named)).expect(1).json;
    assert_eq!(
        (refused["code"].as_str(), refused["bad_row_count"].as_u64()),
        (Some("ingest.bad_rows"), Some(2))
    );
    assert_eq!(refused["bad_rows"][0]["line"], 62, "{refused}");
    let words = [&named[..], &["--skip-bad-rows"]].concat();
    let added = world.ben.run(&add(&file, &words)).expect(0).json;
    assert_eq!((added["rows"].as_u64(), added["skipped_rows"].as_u64()), (Some(60), Some(2)), "{added}");
    assert_eq!(added["bad_rows"].as_array().map(Vec::len), Some(2));
    let shown = world.ben.ok(&["dataset", "show", "charges"]);
    assert_eq!((shown["sequence"].as_u64(), &shown["schema"][1]["type"]), (Some(2), &"integer".into()));
    let id = added["dataset"].as_str().unwrap();
    let kept = files(&world.deployment.data().join("objects/datasets").join(id));
    assert_eq!(kept, [PathBuf::from("2/part-00000.parquet")], "the raw file stays behind");
    let found = files(&world.deployment.data().join("uploads"));
    assert!(found.is_empty(), "parts stay behind: {found:?}");

    world.ben.ok(&["dataset", "share", "charges", "--workspace", &world.workspace, "--allow-simulated"]);
    let job = world.accepted("join", JOIN, &[]);
    let run = world.succeed(&job);
    let rows: Vec<(String, u32, f64)> = world
        .rows(&world.ana, &run)
        .iter()
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            (cells[0].to_owned(), cells[1].parse().unwrap(), cells[2].parse().unwrap())
        })
        .collect();
    assert_eq!(rows, truth());

    let run = added["run"].as_str().unwrap();
    let genesis = world.ben.ok(&["run", "show", run])["workspace"].as_str().unwrap().to_owned();
    let bundle = world.deployment.scratch().join("ingest.bundle.json");
    let bundle = bundle.to_str().unwrap();
    world.ben.ok(&["run", "bundle", run, "--out", bundle]);
    let stranger = world.deployment.user("stranger");
    let held = stranger.run(&["verify", bundle, "--genesis", &genesis, "--allow-simulated"]).expect(0);
    assert_eq!(held.json["verified"], true);
    let _ = world.ana.run(&["run", "show", run]).expect(1);

    // Again: the same workspace of his own is used.
    let other = world.file("other.csv", "a,b\n1,2\n");
    world.ben.ok(&add(&other, &["--name", "other"]));
    let spaces = world.ben.ok(&["workspace", "list"]);
    let own = spaces["items"].as_array().unwrap().iter().filter(|w| w["name"] == "Personal").count();
    assert_eq!(own, 1, "{spaces}");
    assert!(!world.ana.ok(&["workspace", "list"]).to_string().contains("Personal"), "{BEN}'s own");
}

/// A file that takes a worker a while.
fn large(world: &World, name: &str) -> PathBuf {
    let rows = (0..400_000_u32).map(|p| format!("p{p:06},{},{}\n", p % 97, p % 89));
    world.file(name, &format!("patient,charge,other\n{}", rows.collect::<String>()))
}

/// Adds by a worker on another thread.
fn adding(user: &User, file: &Path, name: &str) -> thread::JoinHandle<Outcome> {
    let (user, file, name) = (user.clone(), file.to_owned(), name.to_owned());
    thread::spawn(move || user.run(&add(&file, &["--name", &name])))
}

/// The run of Ana's personal workspace, once its worker is in one of these stages.
fn at_work(world: &World, stages: &[&str]) -> Value {
    let begun = Instant::now();
    loop {
        let runs = world.ana.run(&["run", "list"]).json;
        let found = runs["items"].as_array().and_then(|all| {
            all.iter().find(|r| r["state"] == "running" && stages.iter().any(|s| r["stage"] == *s)).cloned()
        });
        if let Some(run) = found {
            return run;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "no run of {ANA} comes so far: {runs}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_cancelled_ingest_leaves_a_raw_file_that_is_ingested_later() {
    let world = World::new();
    let file = large(&world, "large.csv");
    let cut = adding(&world.ana, &file, "large");
    let run = at_work(&world, &["reading", "computing"]);
    let run = run["id"].as_str().or(run["run"].as_str()).unwrap_or_else(|| panic!("{run}")).to_owned();
    world.ana.ok(&["run", "cancel", &run]);
    let cut = cut.join().unwrap();
    assert_eq!(cut.exit, 1, "{}", cut.stderr);
    assert!(cut.stderr.contains("cancelled") || cut.stdout.contains("cancelled"), "{}", cut.stdout);
    let added = world.ana.ok(&add(&file, &["--name", "large"]));
    assert!(added["resumed_at"].as_u64().unwrap() > 1 << 20, "uploaded again: {added}");
    assert_eq!(added["rows"], 400_000);
}

#[test]
fn an_ingest_survives_the_death_of_its_worker() {
    let world = World::new();
    let file = large(&world, "large.csv");
    let adding = adding(&world.ana, &file, "large");
    at_work(&world, &["reading", "computing"]);
    assert!(world.deployment.kill_child("cloister-worker"));
    let added = adding.join().unwrap().expect(0).json;
    assert_eq!(added["rows"], 400_000, "{added}");
    assert!(files(&world.deployment.data().join("uploads")).is_empty(), "parts stay behind");
}
