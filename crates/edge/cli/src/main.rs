//! Binary `cloister`: the command line of users and operators, and `cloister serve`.
//!
//! One file a command group under `commands/`. With `--json` stdout holds exactly one JSON document, also when the
//! command failed; everything else goes to stderr. Limits: Linux and other Unix systems only.
#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "text for people, built once a command"
)]

mod args;
mod commands;
mod context;
mod outcome;
mod serve;
mod terminal;

use std::{io::Write, path::PathBuf, process::ExitCode, sync::Arc};

use clap::Parser;
use cloister_model::{Clock, Rng, Timestamp};

use args::Cli;
use context::Context;
use outcome::{Failure, Reply};

/// The host's clock.
struct HostClock;

impl Clock for HostClock {
    #[expect(clippy::disallowed_methods, reason = "this is the composition root's clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The operating system's randomness.
struct OsRng;

impl Rng for OsRng {
    #[expect(clippy::disallowed_methods, reason = "this is the composition root's randomness")]
    fn fill(&self, out: &mut [u8]) {
        if getrandom::fill(out).is_err() {
            // Without randomness no key may be made; nothing sensible can follow.
            std::process::abort();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the composition root reads the environment")]
fn home() -> Result<PathBuf, Failure> {
    if let Some(home) = std::env::var_os("CLOISTER_HOME") {
        return Ok(home.into());
    }
    if let Some(config) = std::env::var_os("XDG_CONFIG_HOME").filter(|path| !path.is_empty()) {
        return Ok(PathBuf::from(config).join("cloister"));
    }
    let home = std::env::var_os("HOME").ok_or_else(|| Failure::Usage("set CLOISTER_HOME or HOME".into()))?;
    Ok(PathBuf::from(home).join(".config/cloister"))
}

fn main() -> ExitCode {
    let json = std::env::args_os().any(|word| word == "--json");
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misused(&error, json),
    };
    let context = match home() {
        Ok(home) => Context { json: cli.json, home, clock: Arc::new(HostClock), rng: Arc::new(OsRng) },
        Err(failure) => return failed(&failure, cli.json),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&Failure::Failed(error.to_string()), cli.json),
    };
    match runtime.block_on(commands::run(&context, cli.command)) {
        Ok(reply) => print(&reply, cli.json),
        Err(failure) => failed(&failure, cli.json),
    }
}

/// A closed pipe on stdout is the reader's choice, not a failure.
fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

fn print(reply: &Reply, json: bool) -> ExitCode {
    if json {
        say(&format!("{}\n", reply.json));
    } else if !reply.text.is_empty() {
        say(&format!("{}\n", terminal::plain(reply.text.trim_end())));
    }
    ExitCode::from(reply.code)
}

fn failed(failure: &Failure, json: bool) -> ExitCode {
    if json {
        let document = failure.document();
        terminal::note(&document.to_string());
        say(&format!("{document}\n"));
    } else {
        terminal::note(&format!("error: {failure}"));
    }
    ExitCode::from(failure.code())
}

fn misused(error: &clap::Error, json: bool) -> ExitCode {
    if error.use_stderr() && json {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        return failed(&Failure::Usage(first.trim_start_matches("error: ").to_owned()), true);
    }
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
