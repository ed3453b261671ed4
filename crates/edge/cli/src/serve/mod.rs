//! `cloister serve`: a server, its broker and its worker as child processes on one data folder.
//!
//! In the data folder `server/` holds the seeds of the server's log and vouching keys, `keys/` (0700) the worker's token
//! and, with `--insecure-sim-tee`, the development root made once per installation; `broker/` holds the broker's state and
//! configuration, whose exact bytes charters name. A program that crashes is started again with back-off, where the
//! others know it.

pub(crate) mod binaries;
mod child;
pub(crate) mod manifest;
mod prepare;
mod programs;
pub(crate) mod references;

use std::{fs::File, io::IsTerminal, io::Write};

use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    args::Serve,
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};
use programs::Programs;

/// The variable that tells the server its database; broker and worker never see it.
pub(crate) const DATABASE: &str = "CLOISTER_DATABASE";

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn run(context: &Context, args: Serve) -> Result<Reply, Failure> {
    let failed = |e: std::io::Error| Failure::Failed(format!("signals: {e}"));
    let (mut term, mut int) =
        (signal(SignalKind::terminate()).map_err(failed)?, signal(SignalKind::interrupt()).map_err(failed)?);
    let _lock = lock(&args)?;
    let prepared = prepare::prepare(context, &args)?;
    let mut programs = tokio::select! {
        started = Programs::start(&args, prepared) => started?,
        _ = term.recv() => return Ok(stopped()),
        _ = int.recv() => return Ok(stopped()),
    };
    announce(context, &programs);
    let ended = tokio::select! {
        ended = programs.supervise() => Err(ended),
        _ = term.recv() => Ok(stopped()),
        _ = int.recv() => Ok(stopped()),
    };
    programs.drain().await;
    ended
}

fn stopped() -> Reply {
    Reply::new(json!({ "event": "stopped" }), "")
}

/// One server at a time on a data folder.
fn lock(args: &Serve) -> Result<File, Failure> {
    cloister_client::profile::folder(&args.data)?;
    let path = args.data.join("serve.lock");
    let failed = |e: std::io::Error| Failure::Failed(format!("`{}`: {e}", path.display()));
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Failure::Unavailable(format!(
            "another server runs on the data folder `{}`",
            args.data.display()
        ))),
        Err(std::fs::TryLockError::Error(e)) => Err(failed(e)),
    }
}

fn announce(context: &Context, programs: &Programs) {
    let (url, setup) = (programs.url(), programs.setup());
    let mut stdout = std::io::stdout();
    if context.json || !stdout.is_terminal() {
        let mut line = json!({ "event": "ready", "url": url });
        if let Some(setup) = setup {
            line["setup"] = json!(setup);
        }
        let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
        return;
    }
    let next = match setup {
        Some(link) => {
            format!("make the first organisation and admin (the link works once):\n  cloister setup {link}")
        }
        None => format!("sign in:\n  cloister login {url} --email YOU"),
    };
    let simulated = if programs.simulated() {
        "\nSIMULATED TEE: nothing here is protected from whoever runs this machine\n"
    } else {
        ""
    };
    let banner = format!("Cloister serves {url}\n{simulated}\n{next}\n\nCtrl-C stops it.");
    let _ = writeln!(stdout, "{}", terminal::plain(&banner)).and_then(|()| stdout.flush());
}
