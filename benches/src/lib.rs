//! Figures of a release build on the machine at hand; nothing here passes or fails by speed.
//!
//! `cargo xtask bench [tpch [SCALE [REPEATS]]] | [release [RUNS]] | [log [ENTRIES]] | [api [SECONDS
//! [DATABASE [SMALL]]]] | [console [LOADS [DATABASE [SMALL]]]] | [decision]`; without words all of them, with their
//! defaults. Limits: one machine plays client, server, broker and worker; files are warm; the TEE is simulated, so a
//! release has no attestation device in it.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod api;
mod console;
mod data;
mod decision;
mod figures;
mod house;
mod http;
mod log;
mod queries;
mod release;
mod tpch;
mod world;

use std::{error::Error, str::FromStr};

pub(crate) type Failure = Box<dyn Error>;

/// Measures what the words ask for.
pub async fn run(words: Vec<String>) -> Result<(), Failure> {
    let mut words = words.iter().map(String::as_str);
    match words.next() {
        None => {
            log::bench(4_000).await?;
            release::bench(200).await?;
            decision::bench();
            api::bench(5, Some("sqlite"), None).await?;
            api::bench(5, Some("postgres"), None).await?;
            console::bench(20, Some("sqlite"), None).await?;
            tpch::bench(1.0, 5).await
        }
        Some("tpch") => tpch::bench(number(words.next(), 1.0)?, number(words.next(), 5)?).await,
        Some("release") => release::bench(number(words.next(), 200)?).await,
        Some("log") => log::bench(number(words.next(), 4_000)?).await,
        Some("api") => api::bench(number(words.next(), 5)?, words.next(), words.next()).await,
        Some("console") => console::bench(number(words.next(), 20)?, words.next(), words.next()).await,
        Some("decision") => {
            decision::bench();
            Ok(())
        }
        Some(other) => {
            Err(format!("no bench `{other}`; there are tpch, release, log, api, console, decision").into())
        }
    }
}

fn number<T: FromStr>(word: Option<&str>, default: T) -> Result<T, Failure> {
    match word {
        None => Ok(default),
        Some(word) => word.parse().map_err(|_| format!("`{word}` is no number that fits").into()),
    }
}
