//! The console over a filled deployment: how soon each page is ready in a browser on this machine.
//!
//! A browser of its own (`web/tests/bench/pages.mjs`) loads each page again and again as the examiner, who is in all
//! workspaces and admin of an organisation. Limits: loopback; the browser shares the cores with server and database.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use cloister_seed::Plan;
use serde_json::{Value, json};

use crate::{Failure, figures::percentile, house::House, world::text};

/// The largest file that the console takes, but for what the limit itself adds.
const LARGEST: u64 = 2_000_000_000;
const GOAL: &str = "goal p95 1500 ms";

/// On one database, each page so often.
pub(crate) async fn bench(loads: usize, database: Option<&str>, size: Option<&str>) -> Result<(), Failure> {
    let plan = match size {
        None => Plan::LARGE,
        Some("small") => Plan::SMALL,
        Some(other) => return Err(format!("no size `{other}`; there is small").into()),
    };
    let name = database.unwrap_or("sqlite");
    let house = House::new(name, plan).await?;
    let first = house.seeded.people.first().ok_or("nobody")?;
    let asked = json!({
        "url": house.deployment.url, "token": first.token, "loads": loads, "pages": pages(&house)?,
    });
    for line in browse("pages.mjs", &asked)?.lines() {
        show(name, &serde_json::from_str(line)?)?;
    }
    upload(&house, name, if size.is_none() { LARGEST } else { LARGEST / 100 })
}

/// A file of so many bytes through the page that adds datasets.
fn upload(house: &House, name: &str, bytes: u64) -> Result<(), Failure> {
    let file = house.deployment.scratch().join("large.csv");
    let mut out = BufWriter::new(File::create(&file)?);
    out.write_all(b"n,text\n")?;
    let line = format!("1,{}\n", "x".repeat(997));
    for _ in 0..bytes / 1000 - 1 {
        out.write_all(line.as_bytes())?;
    }
    out.flush()?;
    let passphrase = text(&house.examiner.ok(&["key", "backup"]), "passphrase")?;
    let first = house.seeded.people.first().ok_or("nobody")?;
    let asked = json!({
        "url": house.deployment.url, "token": first.token, "passphrase": passphrase, "file": file,
    });
    let measured: Value = serde_json::from_str(&browse("upload.mjs", &asked)?)?;
    let number = |field: &str| measured[field].as_f64().ok_or("the browser told no number");
    println!(
        "console: {name}: {} MB encrypted and uploaded in {:.0} s; the page held {:.0} MB at most (goal 400 MB)",
        bytes / 1_000_000,
        number("seconds")?,
        number("heap")? / 1e6
    );
    Ok(std::fs::remove_file(file)?)
}

/// Every page that shows what the deployment is full of.
fn pages(house: &House) -> Result<Vec<Value>, Failure> {
    let study = house.seeded.studies.first().ok_or("no workspace")?;
    let (workspace, job) = (study.id, study.job);
    let run = house.seeded.real.first().ok_or("no run")?;
    let list = [
        ("Home", "/".to_owned()),
        ("Inbox", "/inbox".into()),
        ("Workspaces", "/workspaces".into()),
        ("a workspace", format!("/workspaces/{workspace}")),
        ("its datasets", format!("/workspaces/{workspace}/datasets")),
        ("its jobs", format!("/workspaces/{workspace}/jobs")),
        ("its runs", format!("/workspaces/{workspace}/runs")),
        ("its audit log", format!("/workspaces/{workspace}/audit")),
        ("a job", format!("/jobs/{job}")),
        ("a run", format!("/runs/{run}")),
        ("Data", "/data".into()),
        ("Admin", "/admin".into()),
        ("Trust", "/trust".into()),
        ("Trust, audit log", "/trust/log".into()),
    ];
    Ok(list.into_iter().map(|(name, path)| json!({ "name": name, "path": path })).collect())
}

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web")
}

/// What the browser measured, a line a page.
fn browse(script: &str, asked: &Value) -> Result<String, Failure> {
    let mut node = Command::new("node");
    node.arg(Path::new("tests/bench").join(script))
        .current_dir(web())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = node.spawn()?;
    child.stdin.take().ok_or("no pipe")?.write_all(asked.to_string().as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("the browser's script ended with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn show(database: &str, measured: &Value) -> Result<(), Failure> {
    let page = measured["name"].as_str().ok_or("a page without a name")?;
    let mut times: Vec<f64> =
        measured["times"].as_array().ok_or("no times")?.iter().filter_map(Value::as_f64).collect();
    println!(
        "console: {database}: {page}: ready {} times, p50 {:.0} ms, p95 {:.0} ms ({GOAL}); {} of {} frames over 50 ms \
         while scrolling; refused: {}",
        times.len(),
        percentile(&mut times, 0.5),
        percentile(&mut times, 0.95),
        measured["frames"]["slow"],
        measured["frames"]["frames"],
        measured["failed"],
    );
    Ok(())
}
