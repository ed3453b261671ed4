//! `cargo xtask arch`: the house as `architecture.toml` has it, or the list of what is out of place.

use std::path::PathBuf;

use crate::{Outcome, arch, workspace};

/// Which tree to look at.
#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// The tree to check instead of this checkout.
    #[arg(long)]
    root: Option<PathBuf>,
}

/// Prints each violation, and fails when there is one.
pub(crate) fn run(args: &Args) -> Outcome {
    let root = args.root.clone().unwrap_or_else(workspace::root);
    let report = arch::check(&root)?;
    for violation in &report.violations {
        println!("{violation}");
    }
    if report.violations.is_empty() {
        println!(
            "arch: {} crates, {} edges, {} files, all in place",
            report.crates, report.edges, report.files
        );
        Ok(())
    } else {
        Err(format!("arch: {} violations", report.violations.len()))
    }
}
