//! The server under 16 connections that ask again as soon as they are answered, with a token that may read.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::{
    Failure,
    figures::{millis, per_second, percentile},
    world::World,
};

const CONNECTIONS: usize = 16;
const ROWS: usize = 50;
const WARM_UP: Duration = Duration::from_secs(1);

/// One job, then a page of fifty.
pub(crate) async fn bench(seconds: u64) -> Result<(), Failure> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let world = World::new()?;
    let mut job = String::new();
    for n in 0..ROWS {
        job = world.draft(&format!("draft {n}"), &[])?;
    }
    let token = world.token()?;
    let base = format!("{}/api/v1", world.deployment.url);
    for (name, path) in [("one job", format!("/jobs/{job}")), ("list of 50", format!("/jobs?limit={ROWS}"))] {
        let url = format!("{base}{path}");
        load(&url, &token, WARM_UP).await?;
        let (mut times, elapsed) = load(&url, &token, Duration::from_secs(seconds)).await?;
        println!(
            "api: GET {name}, {CONNECTIONS} connections: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms (goal 3000/s, p99 15 ms)",
            per_second(times.len(), elapsed),
            percentile(&mut times, 0.5),
            percentile(&mut times, 0.99)
        );
    }
    Ok(())
}

async fn load(url: &str, token: &str, length: Duration) -> Result<(Vec<f64>, Duration), Failure> {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        // A client of its own is a connection of its own.
        let http = reqwest::Client::new();
        let (url, token) = (url.to_owned(), token.to_owned());
        tasks.spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < length {
                let asked = Instant::now();
                http.get(&url).bearer_auth(&token).send().await?.error_for_status()?.bytes().await?;
                times.push(millis(asked.elapsed()));
            }
            Ok::<_, reqwest::Error>(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = tasks.join_next().await {
        all.extend(times??);
    }
    Ok((all, begun.elapsed()))
}
