//! Bundle, receipt and log, checked by separate processes in a home that has seen nothing before.

use std::path::{Path, PathBuf};

use super::study::Study;
use super::{Cast, Scene};
use crate::demo::party::{Party, Reply};
use crate::demo::tamper;

/// What was proved, and where it lies.
pub(super) struct Proof {
    pub(super) verified: bool,
    pub(super) bundle: PathBuf,
    pub(super) log: PathBuf,
}

/// Exports and verifies; then the same with damage.
pub(super) fn check(scene: &Scene, cast: &Cast, study: &Study, run: &str) -> Result<Proof, String> {
    let bundle = scene.stage.file("run.bundle.json");
    let log = scene.stage.file("log");
    cast.ana.run(["run", "bundle", run, "--out", &text(&bundle)])?;
    cast.ana.run(["audit", "export", &text(&log)])?;
    let stranger = stranger(scene);
    let genesis = study.genesis.as_str();
    stranger.attempt(["verify", &text(&bundle)])?.expect_code(2)?;
    scene.console.step("verify", "without a genesis digest: incomplete (exit 2)");
    stranger.attempt(["verify", &text(&bundle), "--genesis", genesis])?.expect_code(3)?;
    scene
        .console
        .step("verify", "with the genesis digest: everything holds, but the TEE is simulated (exit 3)");
    let held = stranger.attempt(["verify", &text(&bundle), "--genesis", genesis, "--allow-simulated"])?;
    show_checks(scene, &held);
    let held = held.expect_code(0)?;
    scene.console.step("verify", "with simulation allowed: holds (exit 0)");
    stranger.attempt(["audit", "verify", &text(&log)])?.expect_code(0)?;
    scene.console.step("log", "every entry, every proof: holds (exit 0)");
    let broken = damaged_bundle(scene, &stranger, &bundle, genesis)?;
    scene
        .console
        .step("tampered", &format!("one digit of a signed statement: refused by `{broken}` (exit 1)"));
    let kind = damaged_log(scene, &stranger, &log)?;
    scene.console.step("tampered", &format!("one bit of the log: `{kind}` (exit 1)"));
    Ok(Proof { verified: held.code == 0, bundle, log })
}

/// Somebody outside, with an empty profile.
fn stranger(scene: &Scene) -> Party {
    Party {
        email: String::new(),
        password: String::new(),
        passphrase: String::new(),
        home: scene.stage.home("stranger"),
        cloister: scene.binaries.cloister.clone(),
    }
}

fn show_checks(scene: &Scene, reply: &Reply) {
    for check in reply.json["checks"].as_array().into_iter().flatten() {
        let name = check["check"].as_str().or(check["name"].as_str()).unwrap_or_default();
        scene
            .console
            .say(&format!("                   {name}: {}", check["outcome"].as_str().unwrap_or("holds")));
    }
    for limit in reply.json["not_proven"].as_array().into_iter().flatten() {
        scene.console.say(&format!("                   not proven: {}", limit.as_str().unwrap_or_default()));
    }
}

fn damaged_bundle(scene: &Scene, stranger: &Party, bundle: &Path, genesis: &str) -> Result<String, String> {
    let copy = scene.stage.file("tampered.bundle.json");
    tamper::bundle(bundle, &copy)?;
    stranger
        .attempt(["verify", &text(&copy), "--genesis", genesis, "--allow-simulated"])?
        .expect_code(1)?
        .text("refused_check")
}

fn damaged_log(scene: &Scene, stranger: &Party, log: &Path) -> Result<String, String> {
    let copy = scene.stage.file("tampered-log");
    tamper::log(log, &copy)?;
    stranger.attempt(["audit", "verify", &text(&copy)])?.expect_code(1)?.text("kind")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
