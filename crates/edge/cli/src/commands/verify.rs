//! `cloister verify`: a bundle, offline. 0 holds, 1 broken, 2 incomplete or wrong usage, 3 simulated.
//!
//! Evidence is appraised for the moment of the run and once more for now: what was valid then and is no longer is told
//! beside the verdict, which is about then. `--report` writes all of it as a page to print.

use cloister_model::{Digest, WorkspaceId};
use cloister_statement::{binary::sha256, bundle::Bundle};
use cloister_verify::bundle::{Outcome, Report, Simulated, Verdict, verify_bytes};
use serde_json::json;

use crate::{args::Verify, context::Context, outcome::Reply};

mod beside;
mod html;
mod words;

use beside::{Now, Seen};

/// Everything that was found about a bundle.
struct Judged {
    /// SHA-256 of the file.
    file: Digest,
    /// The bundle, if its form is one.
    bundle: Option<Bundle>,
    /// The workspace expected.
    genesis: Option<Digest>,
    /// Every check.
    report: Report,
    /// Whether the evidence still holds now.
    now: Now,
    /// How its log compares with what this profile saw of it.
    seen: Seen,
    /// The exit code.
    code: u8,
}

pub(super) fn run(context: &Context, args: &Verify) -> Reply {
    let bytes = match read(args) {
        Ok(bytes) => bytes,
        Err(failure) => return unreadable(&failure),
    };
    let judged = judge(context, args, &bytes);
    if let Some(path) = &args.report {
        let page = html::page(&judged, context.clock.now());
        if let Err(error) = std::fs::write(path, page) {
            return unreadable(&format!("`{}`: {error}", path.display()));
        }
    }
    reply(&judged)
}

fn judge(context: &Context, args: &Verify, bytes: &[u8]) -> Judged {
    let bundle = Bundle::parse(bytes).ok();
    // A profile that cannot be read pins nothing.
    let pins = context.profile().pins().unwrap_or_default();
    let pinned = |bundle: &Bundle| pins.workspaces.contains_key(&WorkspaceId(bundle.genesis));
    let own = bundle.as_ref().filter(|bundle| pinned(bundle)).map(|bundle| bundle.genesis);
    let genesis = args.genesis.or(own);
    let mut report = verify_bytes(bytes, genesis, args.at);
    let now = Now::of(bundle.as_ref(), genesis, &report, context.clock.now());
    let seen = Seen::of(bundle.as_ref(), &report, pins.log.as_ref());
    seen.refuse(&mut report);
    let simulated = if args.allow_simulated { Simulated::Allowed } else { Simulated::Told };
    let code = report.exit_code(simulated);
    Judged { file: sha256(bytes), bundle, genesis, report, now, seen, code }
}

/// No more than a bundle may have, and a little, so that too much is told as such.
fn read(args: &Verify) -> Result<Vec<u8>, String> {
    use std::io::Read;
    let path = &args.bundle;
    let mut bytes = Vec::new();
    let most = Bundle::MAX as u64 + 2;
    std::fs::File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|e| format!("`{}`: {e}", path.display()))?;
    Ok(bytes)
}

fn unreadable(reason: &str) -> Reply {
    let json = json!({ "verified": false, "error": { "type": "usage", "detail": reason, "check": null, "exit": 2 } });
    Reply::new(json, format!("error: {reason}")).with_code(2)
}

/// The verdict: its word, and as a sentence.
fn verdict(report: &Report) -> (&'static str, String) {
    match report.outcome {
        Outcome::Holds => ("holds", "holds".to_owned()),
        Outcome::Broken(check) => ("broken", format!("broken: refused by `{check}`")),
        Outcome::Incomplete => {
            ("incomplete", "incomplete: nothing is broken, but not everything could be checked".into())
        }
        Outcome::Simulated => (
            "simulated",
            "everything holds, but the evidence is SIMULATED: it proves nothing about hardware".into(),
        ),
    }
}

fn text(judged: &Judged) -> String {
    let mut text = String::new();
    for line in &judged.report.checks {
        let reason = if line.reason.is_empty() { String::new() } else { format!(": {}", line.reason) };
        text.push_str(&format!("{:<16} {}{reason}\n", line.check.as_str(), line.verdict.as_str()));
    }
    text.push_str(&format!("\nevidence now     {}\n", judged.now.sentence()));
    text.push_str(&format!("log seen before  {}\n", judged.seen.sentence()));
    text.push_str("\nnot proven\n");
    for limit in &judged.report.not_proven {
        text.push_str(&format!("  {limit}\n"));
    }
    text.push_str(&format!("\n{}", verdict(&judged.report).1));
    text
}

fn reply(judged: &Judged) -> Reply {
    let report = &judged.report;
    let checks: Vec<_> = report
        .checks
        .iter()
        .map(|line| json!({ "check": line.check.as_str(), "outcome": line.verdict.as_str(), "reason": line.reason }))
        .collect();
    let mut json = json!({
        "verified": judged.code == 0,
        "outcome": verdict(report).0,
        "genesis": judged.genesis,
        "sha256": judged.file,
        "checks": checks,
        "now": judged.now.json(),
        "log_seen_before": judged.seen.json(),
        "not_proven": report.not_proven,
    });
    match report.outcome {
        Outcome::Broken(check) => {
            json["refused_check"] = json!(check.as_str());
            json["kind"] = json!("broken");
        }
        Outcome::Incomplete => {
            let missing = report.checks.iter().find(|line| line.verdict == Verdict::Missing);
            let detail = missing.map_or_else(|| "incomplete".to_owned(), |line| line.reason.clone());
            json["error"] = json!({ "type": "incomplete", "detail": detail, "exit": 2 });
        }
        Outcome::Holds | Outcome::Simulated => {}
    }
    Reply::new(json, text(judged)).with_code(judged.code)
}

#[cfg(test)]
mod tests;
