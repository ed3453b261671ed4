//! `cargo xtask bench`: runs the crate `benches` in the release profile and shows its figures.

use crate::{Outcome, process, workspace};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Given to the benches as they are.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Builds the benches (and the binaries they start) as users would get them, and runs them.
pub(crate) fn run(args: &Args) -> Outcome {
    let manifest = workspace::root().join("benches/Cargo.toml");
    if !manifest.is_file() {
        return Err("this checkout has no crate `benches`".to_owned());
    }
    let mut command = process::cargo(["run", "--release", "--manifest-path"]);
    process::run(command.arg(manifest).arg("--").args(&args.args))
}
