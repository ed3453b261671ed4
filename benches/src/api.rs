//! The server over a filled database: a job, pages of fifty, writes, and what it holds in memory when idle.
//!
//! Readers ask again as soon as they are answered; a write is a job's draft made by a member. "Plain" ends with the
//! server's answer, after the transaction with the act and its entry is durable; "logged and included" ends when the
//! server shows a signed checkpoint that covers the entry, asked for every 5 ms.

use std::time::{Duration, Instant};

use cloister_seed::{Plan, Study};
use cloister_store::{Store, log::Filter};
use tokio::task::JoinSet;

use crate::{
    Failure,
    figures::{millis, per_second, percentile},
    house::House,
    http::{Connection, Load},
};

const WARM_UP: Duration = Duration::from_secs(1);
const READERS: usize = 16;
const BROWSERS: usize = 4;
const WRITERS: usize = 4;
const IDLE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(5);

/// On one database.
pub(crate) async fn bench(seconds: u64, database: Option<&str>, size: Option<&str>) -> Result<(), Failure> {
    let plan = match size {
        None => Plan::LARGE,
        Some("small") => Plan::SMALL,
        Some(other) => return Err(format!("no size `{other}`; there is small").into()),
    };
    let name = database.unwrap_or("sqlite");
    let mut house = House::new(name, plan).await?;
    let length = Duration::from_secs(seconds);
    let study = house.seeded.studies.first().ok_or("no workspace")?.clone();
    reads(&house, name, &study, length).await?;
    plain(&house, name, length).await?;
    included(&house, name, length).await?;
    println!("api: {name}: server idle {:.0} MB (goal 80 MB)", house.idle(IDLE)?);
    Ok(())
}

async fn reads(house: &House, name: &str, study: &Study, length: Duration) -> Result<(), Failure> {
    let workspace = study.id;
    let asked = [
        ("one job", format!("/jobs/{}", study.job), READERS, "3000/s, p99 15 ms"),
        ("50 jobs of 200 workspaces", "/jobs?limit=50".to_owned(), BROWSERS, "p99 40 ms"),
        ("50 of all runs", "/runs?limit=50".to_owned(), BROWSERS, "p99 40 ms"),
        ("50 runs of a workspace", format!("/workspaces/{workspace}/runs?limit=50"), BROWSERS, "p99 40 ms"),
        ("50 workspaces", "/workspaces?limit=50".to_owned(), BROWSERS, "p99 40 ms"),
        ("50 people", "/users?limit=50".to_owned(), BROWSERS, "p99 40 ms"),
        ("50 log entries", "/audit?limit=50".to_owned(), BROWSERS, "p99 40 ms"),
        (
            "50 log entries of a workspace",
            format!("/audit?limit=50&workspace={workspace}"),
            BROWSERS,
            "p99 40 ms",
        ),
    ];
    for (what, path, connections, goal) in asked {
        let (server, token) = (&*house.deployment.url, &*house.token);
        let load = |length| Load { server, token, path: &path, connections, length };
        load(WARM_UP).run().await?;
        let (mut times, elapsed) = load(length).run().await?;
        println!(
            "api: {name}: GET {what}, {connections} connections: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms (goal {goal})",
            per_second(times.len(), elapsed),
            percentile(&mut times, 0.5),
            percentile(&mut times, 0.99)
        );
    }
    Ok(())
}

/// A draft of this name.
fn draft(name: &str, study: &Study) -> (String, String) {
    let draft = serde_json::json!({
        "name": name, "source": "SELECT 1", "readers": [study.creator.user.email], "variables": [], "max_runs": 1,
    });
    (format!("/workspaces/{}/jobs", study.id), draft.to_string())
}

async fn make(connection: &mut Connection, name: &str, study: &Study) -> Result<String, Failure> {
    let (path, body) = draft(name, study);
    let answer = connection.ask("POST", &path, &body).await?;
    let value: serde_json::Value = serde_json::from_slice(&answer.body)?;
    match (answer.status, value["id"].as_str()) {
        (200 | 201, Some(id)) => Ok(id.to_owned()),
        (status, _) => Err(format!("a draft was answered with {status}: {value}").into()),
    }
}

async fn plain(house: &House, name: &str, length: Duration) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for (writer, study) in house.seeded.studies.iter().cycle().take(WRITERS).cloned().enumerate() {
        let server = house.deployment.url.clone();
        tasks.spawn(async move {
            let write = async {
                let mut connection = Connection::to(&server, &study.creator.token).await?;
                let mut times = Vec::new();
                while begun.elapsed() < length {
                    let asked = Instant::now();
                    make(&mut connection, &format!("plain {writer} {}", times.len()), &study).await?;
                    times.push(millis(asked.elapsed()));
                }
                Ok::<_, Failure>(times)
            };
            write.await.map_err(|e| e.to_string())
        });
    }
    let mut times = Vec::new();
    while let Some(some) = tasks.join_next().await {
        times.extend(some??);
    }
    println!(
        "api: {name}: plain write, {WRITERS} connections: {:.0}/s, p50 {:.1} ms, p99 {:.1} ms (goal p99 50 ms)",
        per_second(times.len(), begun.elapsed()),
        percentile(&mut times, 0.5),
        percentile(&mut times, 0.99)
    );
    Ok(())
}

async fn included(house: &House, name: &str, length: Duration) -> Result<(), Failure> {
    let study = house.seeded.studies.last().ok_or("no workspace")?;
    let store = Store::open(&house.deployment.database_url()).await?;
    let mut writer = Connection::to(&house.deployment.url, &study.creator.token).await?;
    let mut reader = Connection::to(&house.deployment.url, &house.token).await?;
    let (mut times, begun) = (Vec::new(), Instant::now());
    while begun.elapsed() < length * 2 {
        let asked = Instant::now();
        let job = make(&mut writer, &format!("included {}", times.len()), study).await?;
        let filter = Filter { workspace: Some(study.id.to_string()), ..Filter::default() };
        let newest = store.read().find_entries(&filter, 1).await?.pop().ok_or("no entry")?;
        if !String::from_utf8_lossy(&newest.encoded).contains(&job) {
            return Err("the newest entry is of another act".into());
        }
        loop {
            let answer = reader.ask("GET", "/log/checkpoint", "").await?;
            let text = String::from_utf8(answer.body)?;
            let size: i64 = text.lines().nth(1).ok_or("no checkpoint")?.parse()?;
            if size >= newest.id {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        times.push(millis(asked.elapsed()));
    }
    println!(
        "api: {name}: logged and included write, one after the other: {} of them, p50 {:.0} ms, p99 {:.0} ms (goal p99 400 ms)",
        times.len(),
        percentile(&mut times, 0.5),
        percentile(&mut times, 0.99)
    );
    Ok(store.close().await?)
}
