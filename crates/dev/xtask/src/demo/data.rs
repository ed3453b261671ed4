//! The patients: fetched once, split between the hospitals by the committed script.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::demo::console::Console;
use crate::demo::stage::{self, Stage};
use crate::{process, workspace};

/// The two files, and the ids that must appear nowhere but in them.
pub(crate) struct Data {
    pub(crate) measurements: PathBuf,
    pub(crate) diagnoses: PathBuf,
    pub(crate) patients: Vec<String>,
}

/// Fetches the wheel if it is not cached, and splits the file inside.
pub(crate) fn prepare(console: &Console, stage: &Stage) -> Result<Data, String> {
    let wheel = match cached() {
        Some(wheel) => wheel,
        None => fetch(console)?,
    };
    let mut split = Command::new("python3");
    split.arg(script("split.py")).arg(&wheel).arg(stage.plain());
    let rows = process::stdout(&mut split)?;
    let data = Data {
        measurements: stage.file("measurements.csv"),
        diagnoses: stage.file("diagnoses.csv"),
        patients: patients(&stage.file("diagnoses.csv"))?,
    };
    console.step("data", &format!("{} patients: North has measurements, South has diagnoses", rows.trim()));
    Ok(data)
}

/// A committed file of the demo.
pub(crate) fn script(name: &str) -> PathBuf {
    workspace::root().join("demo").join(name)
}

fn cached() -> Option<PathBuf> {
    let entries = fs::read_dir(stage::cache().join("wheel")).ok()?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|kind| kind == "whl"))
}

/// By the ordinary package client: the release the demo was made with, else the newest for this Python.
fn fetch(console: &Console) -> Result<PathBuf, String> {
    let folder = stage::cache().join("wheel");
    stage::make(&folder)?;
    let download = |package: &str| {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest"]);
        process::run(pip.arg(&folder).arg(package).stdout(std::io::stderr()))
    };
    console.step("data", "fetching the scikit-learn wheel");
    download("scikit-learn==1.9.*").or_else(|_| download("scikit-learn"))?;
    cached().ok_or_else(|| "pip left no wheel".to_owned())
}

fn patients(file: &PathBuf) -> Result<Vec<String>, String> {
    let text =
        fs::read_to_string(file).map_err(|error| format!("cannot read `{}`: {error}", file.display()))?;
    Ok(text.lines().skip(1).filter_map(|line| line.split(',').next()).map(str::to_owned).collect())
}
