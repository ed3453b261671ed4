//! Check `counter`: the run id is unused, or this is the one repeat of it; runs of the spec are left.

use std::collections::BTreeSet;

use cloister_model::{Digest, RunId};

use crate::{Check, Marks, Refused, check::ensure};

/// Which use of the spec a run is, and which release of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// 1 to `max_runs`.
    pub count: u32,
    /// 1, or 2 for the repeat.
    pub attempt: u32,
}

/// Whether the run may be released once more.
pub fn next(
    run: RunId,
    spec: &Digest,
    max_runs: u32,
    statements: &BTreeSet<Digest>,
    marks: &Marks,
) -> Result<Count, Refused> {
    let refuse = |holds, why: &str| ensure(holds, Check::Counter, || format!("the run `{run}` {why}"));
    if let Some(mark) = marks.runs.get(&run) {
        refuse(mark.spec == *spec, "was reserved for another spec")?;
        refuse(!mark.closed, "is closed")?;
        refuse(mark.releases < 2, "was released twice")?;
        refuse(mark.statements == *statements, "was reserved with other statements")?;
        return Ok(Count { count: mark.count, attempt: mark.releases + 1 });
    }
    let used = marks.counts.get(spec).copied().unwrap_or(0);
    refuse(used < max_runs, "exceeds the runs that the job may have")?;
    Ok(Count { count: used + 1, attempt: 1 })
}
