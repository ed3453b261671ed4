//! What happens, in order; each file is one part of it.

pub(crate) mod closing;
mod job;
pub(crate) mod people;
mod proof;
mod refusal;
mod sight;
mod study;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::demo::build::Binaries;
use crate::demo::console::Console;
use crate::demo::data::Data;
use crate::demo::party::Party;
use crate::demo::server::Server;
use crate::demo::stage::Stage;

/// All that the parts of the story need.
pub(crate) struct Scene<'a> {
    console: &'a Console,
    binaries: &'a Binaries,
    stage: &'a Stage,
    data: &'a Data,
    server: &'a Server,
}

/// The two hospitals' people.
pub(crate) struct Cast {
    pub(crate) ana: Party,
    pub(crate) ben: Party,
}

/// What came of it.
pub(crate) struct Told {
    pub(crate) verified: bool,
    pub(crate) rows: u64,
    pub(crate) refused_check: String,
    pub(crate) bundle: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) genesis: String,
    pub(crate) cast: Cast,
}

impl Told {
    /// The line that `--json` ends with.
    pub(crate) fn line(&self) -> Value {
        json!({
            "verified": self.verified,
            "rows": self.rows,
            "refused_check": self.refused_check,
            "bundle": self.bundle,
            "log": self.log,
            "genesis": self.genesis,
        })
    }
}

/// Plays every part; the first thing that is not as it should be ends the story.
pub(crate) fn tell(
    console: &Console,
    binaries: &Binaries,
    stage: &Stage,
    data: &Data,
    server: &Server,
) -> Result<Told, String> {
    let scene = Scene { console, binaries, stage, data, server };
    let cast = people::enter(&scene)?;
    let study = study::found(&scene, &cast)?;
    study::share(&scene, &cast, &study)?;
    let run = job::compute(&scene, &cast, &study)?;
    let rows = job::compare(&scene, &cast, &run)?;
    let refused_check = refusal::provoke(&scene, &cast, &study)?;
    let proof = proof::check(&scene, &cast, &study, &run)?;
    sight::look(&scene, &cast)?;
    Ok(Told {
        verified: proof.verified,
        rows,
        refused_check,
        bundle: proof.bundle,
        log: proof.log,
        genesis: study.genesis,
        cast,
    })
}
