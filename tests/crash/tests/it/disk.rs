//! Disks that are full or read-only: clear refusals, reading goes on, nothing acknowledged is lost, no restart is needed.

use std::{process::Stdio, time::Duration};

use cloister_testkit::{Binaries, Database, Deployment, SmallDisk};
use serde_json::json;

use crate::caller::Caller;

const SOON: Duration = Duration::from_secs(20);

fn prepared() -> Deployment {
    Deployment::prepare(Binaries::built(), &[], Database::Sqlite)
}

#[test]
fn a_full_disk_refuses_writes_and_serves_reads_until_there_is_space() {
    if !SmallDisk::allowed("disk::a_full_disk_refuses_writes_and_serves_reads_until_there_is_space") {
        return;
    }
    let mut deployment = prepared();
    let disk = SmallDisk::mount(&deployment.data(), 96);
    deployment.up();
    let mut ana = Caller::enter(&deployment);
    ana.draft_within(SOON);
    let dataset = "00000000-0000-4000-8000-000000000001";
    let begin = json!({ "dataset": dataset, "version": 1, "name": "part-00000.parquet" }).to_string();
    let begun = ana.send("POST", "/api/v1/uploads", &[], begin.as_bytes()).json;
    let upload = begun["id"].as_str().unwrap_or_else(|| panic!("{begun}")).to_owned();
    let part = |offset: u64, bytes: &[u8]| {
        let headers = [format!("upload-offset: {offset}")];
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        ana.send("PUT", &format!("/api/v1/uploads/{upload}/parts/{offset}"), &headers, bytes)
    };
    let first = part(0, &[1; 1000]);
    assert_eq!(first.status, 200, "{}", first.json);

    disk.fill();
    let refused = part(1000, &vec![2; 1 << 20]);
    assert_eq!((refused.status, &refused.json["check"]), (503, &json!("disk_space")), "{}", refused.json);
    assert_eq!(refused.json["type"], "https://cloister.dev/problems/unavailable");
    ana.draft_until_refused("disk_space");
    for path in ["/api/v1/jobs", "/api/v1/log/checkpoint", &format!("/api/v1/uploads/{upload}")] {
        assert_eq!(ana.get(path).status, 200, "{path} is read");
    }
    assert_eq!(ana.get(&format!("/api/v1/uploads/{upload}")).json["received"], 1000);

    disk.free();
    ana.draft_within(SOON);
    ana.ready_within(SOON);
    let headers = ["upload-offset: 1000"];
    let again = ana.send("PUT", &format!("/api/v1/uploads/{upload}/parts/1000"), &headers, &vec![2; 1 << 20]);
    assert_eq!((again.status, &again.json["received"]), (200, &json!(1000 + (1 << 20))), "{}", again.json);
    ana.all_there(&deployment);
}

#[test]
fn a_full_disk_of_the_log_is_named_by_readiness_and_the_log_catches_up() {
    if !SmallDisk::allowed("disk::a_full_disk_of_the_log_is_named_by_readiness_and_the_log_catches_up") {
        return;
    }
    let mut deployment = prepared();
    let disk = SmallDisk::mount(&deployment.data().join("log"), 4);
    deployment.up();
    let mut ana = Caller::enter(&deployment);
    disk.fill();
    // What is acknowledged stands in the database with its entry; only the signed log waits.
    until_named(&mut ana, "disk_space");
    disk.free();
    ana.ready_within(SOON);
    ana.draft_within(SOON);
    ana.all_there(&deployment);
}

#[test]
fn a_read_only_disk_of_the_log_is_named_by_readiness_and_the_log_catches_up() {
    if !SmallDisk::allowed("disk::a_read_only_disk_of_the_log_is_named_by_readiness_and_the_log_catches_up") {
        return;
    }
    let mut deployment = prepared();
    let disk = SmallDisk::mount(&deployment.data().join("log"), 16);
    deployment.up();
    let mut ana = Caller::enter(&deployment);
    disk.remount("ro");
    until_named(&mut ana, "disk_writable");
    assert_eq!(ana.get("/api/v1/log/checkpoint").status, 200);
    disk.remount("rw");
    ana.ready_within(SOON);
    ana.draft_within(SOON);
    ana.all_there(&deployment);
}

fn until_named(ana: &mut Caller, check: &str) {
    for _ in 0..500 {
        let (status, problem) = ana.draft();
        assert_eq!(status, 200, "{problem}");
        let (status, said) = ana.readiness();
        if status == 503 {
            assert_eq!(said["log"], check, "{said}");
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it is ready although its log cannot grow");
}

#[test]
fn a_full_disk_of_the_broker_puts_statements_off_and_no_restart_is_needed() {
    if !SmallDisk::allowed("disk::a_full_disk_of_the_broker_puts_statements_off_and_no_restart_is_needed") {
        return;
    }
    let mut deployment = prepared();
    let disk = SmallDisk::mount(&deployment.data().join("broker"), 16);
    deployment.up();
    let mut ana = Caller::enter(&deployment);
    let before = deployment.children("cloister-broker");
    disk.fill();
    let words = |name: &'static str| {
        ["workspace", "create", name, "--type", "analytics", "--approval", "all", "--run", "all"]
    };
    // The broker's file has room for a few more statements.
    let mut put_off = Vec::new();
    for n in 0..400 {
        let words = [&words("More")[..], &["--assurance", "simulated"]].concat();
        let made = ana.ana.run(&words);
        if made.exit == 6 {
            assert!(
                made.stderr.contains("not in force yet") || made.stdout.contains("not in force yet"),
                "{made:?}"
            );
            put_off.push(n);
            break;
        }
        assert_eq!(made.exit, 0, "{made:?}");
    }
    assert!(!put_off.is_empty(), "400 workspaces were acknowledged on a full disk");
    ana.draft_within(SOON);
    disk.free();
    let begun = std::time::Instant::now();
    loop {
        let list = ana.ana.ok(&["workspace", "list"]);
        let states: Vec<&str> =
            list["items"].as_array().unwrap().iter().filter_map(|w| w["state"].as_str()).collect();
        if states.iter().all(|state| *state == "active") {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "{states:?}\n{}", deployment.log());
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(deployment.children("cloister-broker"), before, "the broker was not started again");
    ana.ready_within(SOON);
    ana.all_there(&deployment);
}

#[test]
fn a_read_only_disk_is_named_at_the_start() {
    if !SmallDisk::allowed("disk::a_read_only_disk_is_named_at_the_start") {
        return;
    }
    let mut deployment = prepared();
    let disk = SmallDisk::mount(&deployment.data(), 96);
    deployment.up();
    let mut ana = Caller::enter(&deployment);
    ana.draft_within(SOON);
    deployment.down();
    disk.remount("ro");
    let refused = deployment.serve_command().stdout(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    assert!(said.contains(deployment.data().to_str().unwrap()), "{said}");
    disk.remount("rw");
    deployment.up();
    let words = ["login", &deployment.url, "--email", crate::caller::ANA, "--password-stdin"];
    let _ = ana.ana.run_with_input(&words, cloister_crash::PASSWORD).expect(0);
    ana.all_there(&deployment);
}
