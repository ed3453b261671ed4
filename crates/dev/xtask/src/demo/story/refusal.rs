//! Ana asks for South's rows: which patient has which diagnosis. The rules refuse, whoever approves.

use super::study::Study;
use super::{Cast, Scene, job};
use crate::demo::party::Reply;

/// Gives the name of the check that refused.
pub(super) fn provoke(scene: &Scene, cast: &Cast, study: &Study) -> Result<String, String> {
    let job = job::draft(cast, study, "Single patients", "single-patients.sql")?;
    let refused = first_refusal(cast, &job)?;
    let check =
        check_name(&refused).ok_or_else(|| format!("the refusal names no check: {}", refused.said))?;
    scene.console.step("refused", &format!("rows of single patients: refused by `{check}`"));
    Ok(check)
}

/// The first step at which the house says no; that none does is the end of the story.
fn first_refusal(cast: &Cast, job: &str) -> Result<Reply, String> {
    for (party, step) in [
        (&cast.ana, vec!["job", "test", job]),
        (&cast.ana, vec!["job", "submit", job]),
        (&cast.ben, vec!["job", "approve", job]),
        (&cast.ana, vec!["job", "run", job, "--wait"]),
    ] {
        let reply = party.attempt(step)?;
        if reply.code != 0 {
            return Ok(reply);
        }
    }
    Err("rows of single patients came out: the rules were not applied".to_owned())
}

fn check_name(reply: &Reply) -> Option<String> {
    ["check", "refused_check"].iter().find_map(|field| reply.json[field].as_str()).map(str::to_owned)
}
