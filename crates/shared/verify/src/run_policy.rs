//! Check `run_policy`: the runner may run this spec, now, and asked for this run.

use cloister_model::{Digest, Duration, RunId, RunPolicy, Timestamp};
use cloister_statement::{
    Verified,
    predicate::{RunRequest, Spec},
};

use crate::{Check, Dossier, InForce, Refused, check::ensure};

/// How far clocks may differ.
pub const CLOCK_SKEW: Duration = Duration::seconds(300);
/// How long a run request lasts at most.
pub const LONGEST_REQUEST: Duration = Duration::hours(24);

/// Whether a request's span makes sense by itself.
pub fn validate_request(request: &RunRequest, issued_at: Timestamp) -> Result<(), String> {
    let span = request.not_after.since(issued_at);
    if span > Duration::seconds(0) && span <= LONGEST_REQUEST {
        Ok(())
    } else {
        Err("a run request lasts at most 24 hours".into())
    }
}

/// Whether the runner may run `spec` as `run` now.
pub fn permitted(
    request: &Verified<RunRequest>,
    run: RunId,
    spec: &Verified<Spec>,
    force: &InForce,
    dossier: &Dossier,
    now: Timestamp,
) -> Result<(), Refused> {
    let body = request.body();
    let refuse = |holds, why: &str| ensure(holds, Check::RunPolicy, || format!("the run request {why}"));
    refuse(body.run == run, "is for another run")?;
    refuse(body.spec == spec.digest(), "is for another spec")?;
    refuse(request.workspace() == Some(force.workspace()), "is of another workspace")?;
    refuse(body.charter == force.digest(), "names another charter than the one in force")?;
    validate_request(body, request.issued_at()).map_err(|why| Refused::new(Check::RunPolicy, why))?;
    refuse(request.issued_at() <= now.plus(CLOCK_SKEW), "is from the future")?;
    refuse(now < body.not_after, "has run out")?;
    let same_person = || {
        let runner = dossier.signer(request);
        runner.is_some() && runner == dossier.signer(spec)
    };
    let runner: Option<Digest> = request.certificate();
    let may = match &force.charter().run {
        RunPolicy::AllMembers => runner.is_some_and(|r| force.charter().members.contains(&r)),
        RunPolicy::CreatorOnly => same_person(),
        RunPolicy::Named { members } => runner.is_some_and(|r| members.contains(&r)),
    };
    refuse(may, "is by someone whom the run policy does not let run")
}
