//! `cargo xtask demo`: two hospitals, who share no trust, compute statistics on real patients.
//!
//! Everything in the story is done by the `cloister` command, each party with keys of its own, and everything reported
//! is what separate processes of it said.

use crate::demo::{build, console::Console, data, large, plan, server::Server, stage::Stage, story, tools};
use crate::{Outcome, suites, workspace};

/// How to run the demo.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Args {
    /// Stop when the story is told; without it the server keeps serving.
    #[arg(long)]
    exit: bool,
    /// End with one JSON line on stdout; the story goes to stderr.
    #[arg(long)]
    json: bool,
    /// Install missing packages without asking.
    #[arg(long)]
    yes: bool,
    /// An empty PostgreSQL database instead of a SQLite file: `postgres://...`.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// After the story, fill the deployment with 1,000 people, 200 workspaces, 10,000 runs, 1,000,000 log entries.
    #[arg(long, conflicts_with = "exit")]
    seed_large: bool,
}

/// Plan, tools, build, data, server, story, result.
pub(crate) fn run(args: &Args) -> Outcome {
    let console = Console::new(args.json);
    plan::show(&console);
    tools::ensure(&console, args.yes || workspace::in_ci())?;
    console.step("build", "the console");
    suites::console()?;
    let binaries = build::binaries(&console)?;
    let stage = Stage::fresh(args.database.clone())?;
    let data = data::prepare(&console, &stage)?;
    let words: &[&str] = if args.seed_large { &large::UNLIMITED } else { &[] };
    let server = Server::start(&binaries, &stage, words)?;
    console.step("serve", &format!("{} (simulated TEE, labelled so everywhere)", server.url()));
    let told = story::tell(&console, &binaries, &stage, &data, &server);
    let told =
        told.map_err(|message| format!("{message}\nthe server's log is {}", stage.server_log().display()))?;
    let examiner = args.seed_large.then(|| large::fill(&console, &binaries, &stage, &server)).transpose()?;
    story::closing::show(&console, &told, &stage);
    if !args.exit {
        story::closing::invite(&console, &told, &server, &stage, examiner.as_ref());
    }
    console.result(&told.line());
    if !args.exit {
        server.wait()?;
    }
    if told.verified { Ok(()) } else { Err("the story did not verify".to_owned()) }
}
