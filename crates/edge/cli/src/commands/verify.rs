//! `cloister verify`: a bundle, offline. 0 holds, 1 broken, 2 incomplete or wrong usage, 3 simulated.

use cloister_model::{Digest, WorkspaceId};
use cloister_statement::bundle::Bundle;
use cloister_verify::bundle::{Outcome, Report, Simulated, Verdict, verify_bytes};
use serde_json::json;

use crate::{args::Verify, context::Context, outcome::Reply};

pub(super) fn run(context: &Context, args: &Verify) -> Reply {
    let bytes = match read(args) {
        Ok(bytes) => bytes,
        Err(failure) => return unreadable(&failure),
    };
    let genesis = match args.genesis {
        Some(genesis) => Some(genesis),
        None => pinned(context, &bytes),
    };
    let report = verify_bytes(&bytes, genesis, args.at);
    let simulated = if args.allow_simulated { Simulated::Allowed } else { Simulated::Told };
    reply(&report, genesis, report.exit_code(simulated))
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

/// The bundle's own genesis digest, if this profile pinned it; a profile that cannot be read pins nothing.
fn pinned(context: &Context, bytes: &[u8]) -> Option<Digest> {
    let genesis = Bundle::parse(bytes).ok()?.genesis;
    let pins = context.profile().pins().ok()?;
    pins.workspaces.contains_key(&WorkspaceId(genesis)).then_some(genesis)
}

fn reply(report: &Report, genesis: Option<Digest>, code: u8) -> Reply {
    let (outcome, said) = match report.outcome {
        Outcome::Holds => ("holds", "holds".to_owned()),
        Outcome::Broken(check) => ("broken", format!("broken: refused by `{check}`")),
        Outcome::Incomplete => {
            ("incomplete", "incomplete: nothing is broken, but not everything could be checked".into())
        }
        Outcome::Simulated => (
            "simulated",
            "everything holds, but the evidence is SIMULATED: it proves nothing about hardware".into(),
        ),
    };
    let mut text = String::new();
    for line in &report.checks {
        let reason = if line.reason.is_empty() { String::new() } else { format!(": {}", line.reason) };
        text.push_str(&format!("{:<16} {}{reason}\n", line.check.as_str(), line.verdict.as_str()));
    }
    text.push_str("\nnot proven\n");
    for limit in &report.not_proven {
        text.push_str(&format!("  {limit}\n"));
    }
    text.push_str(&format!("\n{said}"));
    let checks: Vec<_> = report
        .checks
        .iter()
        .map(|line| json!({ "check": line.check.as_str(), "outcome": line.verdict.as_str(), "reason": line.reason }))
        .collect();
    let mut json = json!({
        "verified": code == 0,
        "outcome": outcome,
        "genesis": genesis,
        "checks": checks,
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
    Reply::new(json, text).with_code(code)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cloister_model::{Clock, Rng, Timestamp};

    use super::*;

    struct Still;
    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(0)
        }
    }
    impl Rng for Still {
        fn fill(&self, out: &mut [u8]) {
            out.fill(1);
        }
    }

    fn verify(bytes: Option<&[u8]>) -> Reply {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("bundle");
        if let Some(bytes) = bytes {
            std::fs::write(&bundle, bytes).unwrap();
        }
        let context = Context {
            json: true,
            home: folder.path().join("home"),
            clock: Arc::new(Still),
            rng: Arc::new(Still),
        };
        let args = Verify { bundle, genesis: None, at: None, allow_simulated: true };
        run(&context, &args)
    }

    #[test]
    fn what_is_no_bundle_is_broken_by_format_and_never_a_panic() {
        for bytes in
            [&b""[..], b"{}", b"{\"format\":1}", b"\xff\xfe", b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]
        {
            let reply = verify(Some(bytes));
            assert_eq!((reply.code, &reply.json["refused_check"]), (1, &json!("format")), "{bytes:?}");
            assert_eq!(reply.json["verified"], false);
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_wrong_usage() {
        let reply = verify(None);
        assert_eq!((reply.code, &reply.json["error"]["type"]), (2, &json!("usage")));
    }
}
