//! `cargo xtask fuzz`: builds or runs the fuzz targets; they need a nightly compiler and `cargo-fuzz`.

use std::fs;

use crate::{Outcome, process, workspace};

/// Which target, and how long.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The target; all of them are built when it is missing.
    target: Option<String>,
    /// How long to look.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Without a target: builds every one. With: runs it.
pub(crate) fn run(args: &Args) -> Outcome {
    if !process::exists("cargo", "+nightly") && !process::exists("rustc", "+nightly") {
        return Err("fuzzing needs a nightly compiler (`rustup toolchain install nightly`)".to_owned());
    }
    if !process::exists("cargo-fuzz", "--version") {
        return Err("fuzzing needs cargo-fuzz (`cargo install cargo-fuzz`)".to_owned());
    }
    let Some(target) = &args.target else {
        return process::run(&mut process::cargo(["+nightly", "fuzz", "build"]));
    };
    if !targets()?.contains(target) {
        return Err(format!("no fuzz target `{target}`; there are {}", targets()?.join(", ")));
    }
    let time = format!("-max_total_time={}", args.seconds);
    process::run(&mut process::cargo(["+nightly", "fuzz", "run", target, "--", &time]))
}

fn targets() -> Result<Vec<String>, String> {
    let folder = workspace::root().join("fuzz/fuzz_targets");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("cannot list `{}`: {error}", folder.display()))?;
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    Ok(names)
}
