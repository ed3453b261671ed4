//! `cloister-seed` fills a running deployment; see the library. Started by `cargo xtask`, never shipped.
#![expect(clippy::print_stdout, reason = "it tells whoever started it what is there now")]

use std::{path::PathBuf, sync::Arc};

use clap::Parser;
use cloister_client::{Ambient, ClientError, preview::Preview, preview::Witness};
use cloister_model::{Clock, Rng, Timestamp};
use cloister_seed::{Plan, Target, seed};

/// What to fill, and how much of it.
#[derive(Parser)]
struct Args {
    /// Address of the server, which must not limit rates.
    #[arg(long)]
    server: String,
    /// URL of its database.
    #[arg(long)]
    database: String,
    /// Folder for the people's profiles.
    #[arg(long)]
    profiles: PathBuf,
    /// Read a password for the first of the people from stdin.
    #[arg(long)]
    password_stdin: bool,
    /// People.
    #[arg(long, default_value_t = Plan::LARGE.members)]
    members: usize,
    /// Workspaces.
    #[arg(long, default_value_t = Plan::LARGE.workspaces)]
    workspaces: usize,
    /// Runs that were cancelled.
    #[arg(long, default_value_t = Plan::LARGE.runs)]
    runs: usize,
    /// Runs that the worker carries out.
    #[arg(long, default_value_t = Plan::LARGE.real_runs)]
    real_runs: usize,
    /// Entries of the log in the end.
    #[arg(long, default_value_t = Plan::LARGE.entries)]
    entries: i64,
}

struct HostClock;

impl Clock for HostClock {
    #[expect(clippy::disallowed_methods, reason = "this is the composition root's clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

struct OsRng;

impl Rng for OsRng {
    #[expect(clippy::disallowed_methods, reason = "this is the composition root's randomness")]
    fn fill(&self, out: &mut [u8]) {
        if getrandom::fill(out).is_err() {
            std::process::abort();
        }
    }
}

/// Nobody looks at what made-up people sign.
struct Nobody;

impl Witness for Nobody {
    fn show(&self, _preview: &Preview) -> Result<(), ClientError> {
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args = Args::parse();
    let plan = Plan {
        members: args.members,
        workspaces: args.workspaces,
        runs: args.runs,
        real_runs: args.real_runs,
        entries: args.entries,
    };
    let password = args.password_stdin.then(|| std::io::read_to_string(std::io::stdin())).transpose()?;
    let password = password.map(|text| text.trim_end_matches('\n').to_owned());
    let target = Target { server: args.server, database: args.database, profiles: args.profiles, password };
    let ambient = Ambient { clock: Arc::new(HostClock), rng: Arc::new(OsRng), witness: Arc::new(Nobody) };
    let seeded = seed(&target, plan, &ambient).await?;
    let first = seeded.people.first();
    println!(
        "{}",
        serde_json::json!({
            "people": seeded.people.len(),
            "workspaces": seeded.studies.len(),
            "runs_cancelled": seeded.cancelled.len(),
            "runs_real": seeded.real.len(),
            "entries": seeded.entries,
            "examiner": first.map(|person| &person.user.email),
            "examiner_profile": first.map(|person| person.profile.folder()),
            "seconds": seeded.took,
        })
    );
    Ok(())
}
