//! Checks `manifest` and `inputs` of ingests: a raw file is read by its owner's ingest and nothing else.
//!
//! The ingest's only author, approver and reader is the owner: it runs in a workspace whose charter in force lists the
//! owner alone, so that nobody else's approval, suspension or review has a part in it.

use cloister_model::{
    Digest,
    ingest::{Ingest, PARQUET_OBJECT},
};
use cloister_statement::{
    Verified,
    predicate::{EnvironmentKind, FileFormat, Manifest, Spec},
};

use crate::{Check, Dossier, InForce, Person, Refused, check::ensure};

/// How often an ingest may run: once, and again when a run failed.
pub const MAX_RUNS: u32 = 10;

/// Whether the workspace is its owner's alone, as a raw file needs.
fn alone(owner: &Person, force: &InForce, dossier: &Dossier) -> bool {
    let members = &force.charter().members;
    members.len() == 1 && members.iter().all(|m| dossier.person(m).as_ref() == Some(owner))
}

/// Check `manifest`: a raw manifest is granted to its owner's own workspace only.
pub fn grantable(
    manifest: &Manifest,
    owner: &Person,
    force: &InForce,
    dossier: &Dossier,
) -> Result<(), Refused> {
    match manifest.format {
        FileFormat::Parquet => Ok(()),
        FileFormat::Raw => ensure(alone(owner, force, dossier), Check::Manifest, || {
            format!("`{}` is a raw file: it is shared to no workspace but its owner's own", manifest.name)
        }),
    }
}

/// Check `manifest`: this kind of job reads this kind of file, and a raw file only for its owner.
pub fn readable(
    spec: &Verified<Spec>,
    manifest: &Manifest,
    owner: &Person,
    force: &InForce,
    dossier: &Dossier,
) -> Result<(), Refused> {
    let name = &manifest.name;
    let refuse = |holds, why: &str| ensure(holds, Check::Manifest, || format!("`{name}` {why}"));
    match (spec.body().kind, manifest.format) {
        (EnvironmentKind::Sql, FileFormat::Parquet) => Ok(()),
        (EnvironmentKind::Sql, FileFormat::Raw) => {
            refuse(false, "is a raw file: only its owner's ingest reads it")
        }
        (EnvironmentKind::Ingest, FileFormat::Parquet) => refuse(false, "is no raw file: nothing to ingest"),
        (EnvironmentKind::Ingest, FileFormat::Raw) => {
            let own = |certificate: &Digest| dossier.person(certificate).as_ref() == Some(owner);
            refuse(spec.certificate().is_some_and(|c| own(&c)), "is ingested by its owner only")?;
            refuse(
                spec.body().readers.iter().all(own),
                "is ingested for its owner only: a reader is someone else",
            )?;
            refuse(
                alone(owner, force, dossier),
                "is ingested in a workspace of its owner alone: the charter lists others",
            )
        }
    }
}

/// Check `inputs`: the program of an ingest is one, and makes the next version of the dataset it reads.
pub fn program<'a>(spec: &Spec, manifests: impl IntoIterator<Item = &'a Manifest>) -> Result<(), Refused> {
    match spec.kind {
        EnvironmentKind::Sql => Ok(()),
        EnvironmentKind::Ingest => {
            let refuse = |holds, why: &str| ensure(holds, Check::Inputs, || why.to_owned());
            let ingest =
                Ingest::parse(&spec.source).map_err(|e| Refused::new(Check::Inputs, e.to_string()))?;
            refuse(spec.variables.is_empty(), "an ingest has no variables")?;
            refuse(spec.schedule.is_none(), "an ingest has no schedule")?;
            refuse(!spec.test, "an ingest has no test run")?;
            refuse(spec.max_runs <= MAX_RUNS, "an ingest runs at most ten times")?;
            let mut manifests = manifests.into_iter();
            let (Some(raw), None) = (manifests.next(), manifests.next()) else {
                return refuse(false, "an ingest reads one dataset");
            };
            let target = &ingest.target;
            refuse(target.dataset == raw.dataset, "an ingest makes a version of the dataset it reads")?;
            refuse(
                Some(target.version) == raw.version.checked_add(1),
                "an ingest makes the version after the raw file's",
            )?;
            refuse(target.object == PARQUET_OBJECT, "an ingest makes `part-00000.parquet`")
        }
    }
}
