//! `cargo xtask dist`: builds what is shipped, and proves that the simulated TEE is not in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Outcome, process, workspace};

/// Which edition.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// `dist` for TEE images, without the simulated TEE; `laptop` with it, still behind flag, charter and grant.
    #[arg(long, value_enum, default_value_t = Edition::Dist)]
    edition: Edition,
    /// Only the proof, on what was built before.
    #[arg(long)]
    proof_only: bool,
}

/// The two editions.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Edition {
    Dist,
    Laptop,
}

const PACKAGES: [&str; 4] = ["cloister-cli", "cloister-server", "cloister-broker", "cloister-worker"];

/// Builds in the profile `dist`; the edition without simulation is then put to the proof.
pub(crate) fn run(args: &Args) -> Outcome {
    if !args.proof_only {
        let mut command = process::cargo(["build", "--locked", "--profile", "dist"]);
        command.args(PACKAGES.iter().flat_map(|package| ["--package", package]));
        if args.edition == Edition::Laptop {
            command.args(crate::suites::SIMULATED);
        }
        process::run(&mut command)?;
    }
    let folder = workspace::target_dir().join("dist");
    match args.edition {
        Edition::Laptop => println!("laptop edition in {}", folder.display()),
        Edition::Dist => {
            features_lack_simulation()?;
            broker_refuses_development_root(&folder.join("cloister-broker"))?;
            println!("dist edition in {}: no feature `sim-tee`, development root refused", folder.display());
        }
    }
    Ok(())
}

/// First proof: cargo's own view of the features has no `sim-tee` anywhere below what is shipped.
fn features_lack_simulation() -> Outcome {
    for package in PACKAGES {
        let tree = process::stdout(&mut process::cargo([
            "tree",
            "--locked",
            "--edges",
            "features,normal",
            "--prefix",
            "none",
            "--package",
            package,
        ]))?;
        if let Some(line) = tree.lines().find(|line| line.contains("sim-tee")) {
            return Err(format!("`{package}` is built with the simulated TEE: {line}"));
        }
    }
    Ok(())
}

/// Second proof: the broker that was built refuses to start with a development root in its configuration.
fn broker_refuses_development_root(broker: &Path) -> Outcome {
    let folder = scratch()?;
    let (config, root) = (folder.join("config.json"), folder.join("development-root"));
    for file in [&config, &root] {
        fs::write(file, "{}").map_err(|error| format!("cannot write `{}`: {error}", file.display()))?;
    }
    let output = Command::new(broker)
        .arg("--state")
        .arg(folder.join("state"))
        .arg("--config")
        .arg(&config)
        .arg("--insecure-sim-tee")
        .arg("--dev-root")
        .arg(&root)
        .output()
        .map_err(|error| format!("cannot start `{}`: {error}", broker.display()))?;
    if output.status.success() {
        return Err("the dist broker started with a development root".to_owned());
    }
    // Only these words say that the edition refuses; a broken root would be refused by the other edition too.
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("accepts no development root") {
        return Ok(());
    }
    Err(format!("the dist broker stopped for another reason: {}", said.trim()))
}

fn scratch() -> Result<PathBuf, String> {
    let folder = workspace::target_dir().join("dist-proof");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .map_err(|error| format!("cannot clear `{}`: {error}", folder.display()))?;
    }
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make `{}`: {error}", folder.display()))?;
    Ok(folder)
}
