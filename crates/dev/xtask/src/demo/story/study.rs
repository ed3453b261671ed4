//! The workspace in which both must approve, and the two datasets in it.

use std::path::Path;

use super::{Cast, Scene};
use crate::demo::data::script;
use crate::demo::party::Party;

/// A workspace, by its name and its genesis digest.
pub(super) struct Study {
    pub(super) workspace: String,
    pub(super) genesis: String,
}

const NAME: &str = "Breast cancer study";

/// Ana signs the charter; Ben compares its digest, which Ana tells him by telephone, and accepts.
pub(super) fn found(scene: &Scene, cast: &Cast) -> Result<Study, String> {
    let created = cast.ana.run([
        "workspace",
        "create",
        NAME,
        "--type",
        "analytics",
        "--member",
        &cast.ben.email,
        "--approval",
        "all",
        "--run",
        "all",
        "--assurance",
        "simulated",
    ])?;
    let study = Study { workspace: created.text("workspace")?, genesis: created.text("genesis")? };
    let accepted = cast.ben.run(["workspace", "accept", &study.workspace, "--genesis", &study.genesis])?;
    scene
        .console
        .step("workspace", &format!("\"{NAME}\" is {}, genesis {}", accepted.text("state")?, study.genesis));
    Ok(study)
}

/// Each hospital encrypts its file on its own device and shares it under its own rules.
pub(super) fn share(scene: &Scene, cast: &Cast, study: &Study) -> Result<(), String> {
    add_and_share(&cast.ana, &scene.data.measurements, "measurements", study)?;
    add_and_share(&cast.ben, &scene.data.diagnoses, "diagnoses", study)?;
    scene.console.step(
        "datasets",
        "measurements (North) and diagnoses (South): encrypted before upload, shared under rules",
    );
    Ok(())
}

fn add_and_share(owner: &Party, file: &Path, name: &str, study: &Study) -> Result<(), String> {
    let rules = script(&format!("{name}.rules.toml"));
    let (file, rules) = (file.to_string_lossy(), rules.to_string_lossy());
    owner.run(["dataset", "add", &file, "--name", name, "--rules", &rules, "--assurance", "simulated"])?;
    owner.run(["dataset", "share", name, "--workspace", &study.workspace, "--allow-simulated"])?;
    Ok(())
}
