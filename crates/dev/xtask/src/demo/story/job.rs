//! The job that both approve, its run, and its result against plain Python.

use std::process::Command;

use super::study::Study;
use super::{Cast, Scene};
use crate::demo::data::script;
use crate::process;

/// Draft, test on mock data, submit (Ana's approval), Ben's approval, run. Gives the run's id.
pub(super) fn compute(scene: &Scene, cast: &Cast, study: &Study) -> Result<String, String> {
    let job = draft(cast, study, "Statistics by diagnosis", "statistics.sql")?;
    cast.ana.run(["job", "test", &job])?;
    cast.ana.run(["job", "submit", &job])?;
    cast.ben.run(["job", "show", &job])?;
    let approved =
        cast.ben.run(["job", "approve", &job, "--comment", "statistics only, at least 10 patients each"])?;
    scene.console.step(
        "job",
        &format!("tested on mock data, signed by Ana, approved by Ben: {}", approved.text("state")?),
    );
    let run = cast.ana.run(["job", "run", &job, "--wait"])?;
    let id = run.text("run")?;
    scene.console.step("run", &format!("{id} {}", run.text("state")?));
    Ok(id)
}

/// A new job by Ana that both may read.
pub(super) fn draft(cast: &Cast, study: &Study, name: &str, sql: &str) -> Result<String, String> {
    let sql = script(sql);
    let sql = sql.to_string_lossy();
    let created = cast.ana.run([
        "job",
        "create",
        "--workspace",
        &study.workspace,
        "--name",
        name,
        "--sql",
        &sql,
        "--reader",
        &cast.ana.email,
        "--reader",
        &cast.ben.email,
    ])?;
    created.text("job")
}

/// Both decrypt the result on their own devices; it equals what plain Python makes of the plain files.
pub(super) fn compare(scene: &Scene, cast: &Cast, run: &str) -> Result<u64, String> {
    let mut rows = 0;
    for (name, party) in [("north", &cast.ana), ("south", &cast.ben)] {
        let out = scene.stage.file(&format!("result-{name}.csv"));
        party.run(["run", "results", run, "--out", &out.to_string_lossy()])?;
        let mut python = Command::new("python3");
        python.arg(script("expected.py")).arg(scene.stage.plain()).arg(&out);
        let compared: serde_json::Value = serde_json::from_str(&process::stdout(&mut python)?)
            .map_err(|error| format!("the comparison printed no JSON: {error}"))?;
        rows = compared["rows"].as_u64().ok_or("the comparison counted no rows")?;
    }
    scene.console.step(
        "result",
        &format!("{rows} rows, decrypted by both readers, equal to plain Python on the plain files"),
    );
    let table = std::fs::read_to_string(scene.stage.file("result-north.csv")).unwrap_or_default();
    table.lines().for_each(|line| scene.console.say(&format!("                   {line}")));
    Ok(rows)
}
