//! `cargo xtask bench`: builds benches and programs in the release profile, and shows the figures of this machine.

use std::process::{Command, Stdio};

use crate::{Outcome, process, workspace};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// `tpch [SCALE [REPEATS]]`, `release [RUNS]`, `log [ENTRIES]`, `decision`, `api [SECONDS [DATABASE]]` or
    /// `console [LOADS [DATABASE]]`; all of them when missing.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// One build for the benches and the programs they start, so that both have the same features.
pub(crate) fn run(args: &Args) -> Outcome {
    if args.args.first().is_none_or(|word| word == "console") {
        // Into the server it goes when that is built.
        crate::suites::console()?;
    }
    let mut command = process::cargo(["build", "--release", "--locked", "--workspace", "--bins"]);
    process::run(command.args(crate::suites::SIMULATED).args(["--features", "cloister-benches/run"]))?;
    let folder = workspace::target_dir().join("release");
    // Without the signed measurement of the worker nothing would be served.
    let mut command = Command::new(folder.join("cloister"));
    command.arg("reference-manifest").arg("--bin-dir").arg(&folder);
    command.arg("--key").arg(workspace::target_dir().join("cloister-dev.key")).stdout(Stdio::null());
    process::run(&mut command)?;
    process::run(Command::new(folder.join("benches")).args(&args.args))
}
