//! `cloister attest verify`: every check by name, offline. 0 accepted, 1 refused, 2 wrong usage or unreadable input.

use std::path::Path;

use cloister_attest::{
    Appraisal, Asked, Evidence, Policy, ReferenceValues, TeeKind, TrustRoots, Verdict, ear, examine,
    from_files,
};
use cloister_statement::configuration::is_measurement;
use serde_json::{Value, json};

use crate::{args::AttestVerify, context::Context, outcome::Reply, terminal};

/// No file of evidence is longer.
const MOST: u64 = 1 << 20;

/// What is asked of evidence, from files.
struct Question {
    evidence: Evidence,
    policy: Policy,
    reference: Option<ReferenceValues>,
}

pub(super) fn run(context: &Context, args: &AttestVerify) -> Reply {
    let question = match question(args) {
        Ok(question) => question,
        Err(reason) => return unreadable(&reason),
    };
    let at = args.at.unwrap_or_else(|| context.clock.now());
    let Question { evidence, policy, reference } = question;
    let asked = Asked { report_data: args.report_data.as_ref(), reference: reference.as_ref() };
    let appraisal = examine(&evidence, &TrustRoots::vendors(), &policy, asked, at);
    let word = evidence.tee.word();
    let mut json = ear(&appraisal, word, &policy, at);
    json["at"] = json!(at);
    json["evidence"] = json!(evidence.digest());
    let code = u8::from(appraisal.refused().is_some());
    Reply::new(json, text(&appraisal, word, &at.to_string())).with_code(code)
}

fn text(appraisal: &Appraisal, kind: &str, at: &str) -> String {
    let verdict = |verdict: Verdict| match verdict {
        Verdict::Holds => "holds",
        Verdict::Refused => "REFUSED",
        Verdict::NotAsked => "not asked",
    };
    let rows: Vec<Vec<String>> = appraisal
        .checks
        .iter()
        .map(|check| {
            let remedy = if check.remedy.is_empty() {
                String::new()
            } else {
                format!(". What to do: {}", check.remedy)
            };
            vec![check.name.into(), verdict(check.verdict).into(), format!("{}{remedy}", check.reason)]
        })
        .collect();
    let table = terminal::table(&["check", "verdict", "why"], &rows);
    let facts = appraisal.facts.as_ref().map_or_else(String::new, |facts| {
        let data = facts.report_data.map_or_else(|| "none".to_owned(), hex::encode);
        format!("\nmeasurement  {}\nreport data  {data}\n", facts.measurement)
    });
    let last = match appraisal.refused() {
        Some(refused) => format!("refused by `{}`: {}", refused.check, refused.reason),
        None => "accepted: every check that was asked holds".to_owned(),
    };
    format!("{kind} evidence at {at}\n\n{}\n{facts}\n{last}", table.trim_end())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    use std::io::Read;
    let bad = |e: std::io::Error| format!("`{}`: {e}", path.display());
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(bad)?;
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(bad)?;
    if bytes.len() as u64 > MOST {
        return Err(format!("`{}` is longer than any evidence ({MOST} bytes)", path.display()));
    }
    Ok(bytes)
}

/// A file, or every file of a folder in order of name.
fn all(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    if !path.is_dir() {
        return Ok(vec![read(path)?]);
    }
    let bad = |e: std::io::Error| format!("`{}`: {e}", path.display());
    let entries = std::fs::read_dir(path).map_err(bad)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<Result<Vec<_>, _>>().map_err(bad)?;
    paths.retain(|path| path.is_file());
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn question(args: &AttestVerify) -> Result<Question, String> {
    let certs = args.certs.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let collateral = args.collateral.as_deref().map_or_else(|| Ok(Vec::new()), all)?;
    let kind = TeeKind::from(args.kind);
    let evidence = from_files(kind, &read(&args.evidence)?, &certs, collateral)
        .map_err(|why| format!("`{}`: {why}", args.evidence.display()))?;
    let (policy, reference) = match &args.policy {
        Some(path) => policy(&read(path)?).map_err(|why| format!("`{}`: {why}", path.display()))?,
        None => (Policy::default(), None),
    };
    Ok(Question { evidence, policy, reference })
}

/// The policy, and beside it which measurements are accepted.
fn policy(bytes: &[u8]) -> Result<(Policy, Option<ReferenceValues>), String> {
    let mut value: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let fields = value.as_object_mut().ok_or("a policy is a JSON object")?;
    // A list would be read field by field in order, and an empty one as a policy that demands nothing more.
    if let Some(part) =
        ["tcb_floor", "intel"].iter().find(|at| fields.get(**at).is_some_and(|v| !v.is_object()))
    {
        return Err(format!("`{part}` is no JSON object"));
    }
    let measurements = fields.remove("measurements");
    let measurements: Option<Vec<String>> =
        measurements.map(serde_json::from_value).transpose().map_err(|e| format!("`measurements`: {e}"))?;
    let policy = serde_json::from_value(value).map_err(|e| e.to_string())?;
    let measurements = measurements.map(|list| list.iter().map(|one| one.to_lowercase()).collect::<Vec<_>>());
    // One that is none could never be met, and would look like evidence that is refused.
    if let Some(wrong) = measurements.iter().flatten().find(|one| !is_measurement(one)) {
        return Err(format!("`measurements`: `{wrong}` is not 96 hexadecimal digits"));
    }
    let reference = measurements.map(ReferenceValues::new);
    Ok((policy, reference))
}

fn unreadable(reason: &str) -> Reply {
    let error = json!({ "type": "usage", "detail": reason, "check": null, "exit": 2 });
    Reply::new(json!({ "accepted": false, "error": error }), format!("error: {reason}")).with_code(2)
}
