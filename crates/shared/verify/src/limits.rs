//! Checks `assurance`, `archive` and `budget`.

use cloister_model::{Assurance, rules::Analysis};
use cloister_statement::predicate::{Grant, Manifest};

use crate::{Check, InForce, Refused, check::ensure};

/// Simulated evidence only where the charter, every manifest and every grant allow it.
pub fn assurance<'a>(
    proven: Assurance,
    force: &InForce,
    granted: impl IntoIterator<Item = (&'a Manifest, &'a Grant)>,
) -> Result<(), Refused> {
    let refuse = |holds, why: String| ensure(holds, Check::Assurance, || why);
    refuse(proven >= force.charter().floor, "the charter does not allow simulated workers".into())?;
    for (manifest, grant) in granted {
        let name = &manifest.name;
        refuse(proven >= manifest.floor, format!("the dataset `{name}` does not allow simulated workers"))?;
        refuse(proven >= allowed(grant), format!("the grant of `{name}` does not allow simulated workers"))?;
    }
    Ok(())
}

/// The least assurance that a grant allows: what its data key is sealed under.
pub fn allowed(grant: &Grant) -> Assurance {
    if grant.allow_simulated { Assurance::Simulated } else { Assurance::Hardware }
}

/// The workspace is not archived.
pub fn archive(force: &InForce) -> Result<(), Refused> {
    ensure(!force.archived(), Check::Archive, || format!("the workspace `{}` is archived", force.workspace()))
}

/// No privacy budget is exceeded. None of the analysis rules that exist spends one; a rule that does must be decided
/// here before this compiles.
pub fn budget<'a>(manifests: impl IntoIterator<Item = &'a Manifest>) -> Result<(), Refused> {
    for manifest in manifests {
        match manifest.rules.analysis {
            Analysis::None | Analysis::Aggregation { .. } => {}
        }
    }
    Ok(())
}
