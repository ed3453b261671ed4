//! Runs, results, logs, bundles.

use std::path::Path;

use cloister_api::runs::Run;
use cloister_client::{profile, runs::ResultFormat};
use serde_json::{Value, json};

use super::value;
use crate::{
    args::RunCommand,
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};

pub(super) async fn run(context: &Context, command: RunCommand) -> Result<Reply, Failure> {
    let client = context.client()?;
    match command {
        RunCommand::List { workspace } => {
            let runs: Vec<Run> = match workspace {
                Some(text) => {
                    let id = client.find_workspace(&text).await?.id;
                    client.api().all(&format!("/workspaces/{id}/runs")).await?
                }
                None => client.api().all("/runs").await?,
            };
            let rows: Vec<Vec<String>> = runs.iter().map(row).collect();
            let text = terminal::list(
                &["id", "kind", "state", "by", "when", "why"],
                &rows,
                "no runs yet: run an accepted job with `cloister job run J --wait`",
            );
            Ok(Reply::new(json!({ "items": runs.iter().map(described).collect::<Vec<_>>() }), text))
        }
        RunCommand::Show { run } => {
            let run = client.find_run(&run).await?;
            Ok(Reply { code: 0, ..ended(&run) })
        }
        RunCommand::Cancel { run } => {
            let run = client.cancel_run(&client.find_run(&run).await?).await?;
            Ok(Reply::new(described(&run), format!("run {} is {}", run.id, run.state)))
        }
        RunCommand::Logs { run } => {
            let run = client.find_run(&run).await?;
            let opened = client.open_output(&run, "log").await?;
            let text = String::from_utf8_lossy(&opened.plaintext).into_owned();
            Ok(Reply::new(json!({ "run": run.id, "log": text }), text))
        }
        RunCommand::Results { run, out } => {
            let format = ResultFormat::of(&out)?;
            let run = client.find_run(&run).await?;
            let opened = client.result(&run, format).await?;
            put(&out, &opened.plaintext)?;
            let proof = match opened.receipt {
                Some(receipt) => format!("receipt {receipt} holds"),
                None => "a test on mock data has no receipt".into(),
            };
            let json = json!({
                "run": run.id,
                "file": out,
                "bytes": opened.plaintext.len(),
                "receipt": opened.receipt,
                "sealed_sha256": opened.sha256,
            });
            Ok(Reply::new(json, format!("{proof}\nwritten to {}", out.display())))
        }
        RunCommand::Bundle { run, out } => {
            let run = client.find_run(&run).await?;
            let bundle = client.bundle(&run).await?;
            put(&out, &bundle)?;
            let json =
                json!({ "run": run.id, "file": out, "bytes": bundle.len(), "workspace": run.workspace });
            let text = format!("written to {}\ncloister verify {}", out.display(), out.display());
            Ok(Reply::new(json, text))
        }
    }
}

/// Results are their readers' alone: the file is 0600.
fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    Ok(profile::write(path, bytes)?)
}

pub(super) fn described(run: &Run) -> Value {
    let mut json = value(run);
    json["run"] = json!(run.id);
    json
}

/// The end of a run as a reply: a check that refused is a refusal, any other end but success a failure.
pub(super) fn ended(run: &Run) -> Reply {
    let why = match (&run.check, &run.code) {
        (Some(check), Some(code)) if check != code => format!(", refused by `{check}` ({code})"),
        (Some(check), _) => format!(", refused by `{check}`"),
        (None, Some(code)) => format!(": {code}"),
        (None, None) => String::new(),
    };
    let mut text = format!("run {} ({}) {}{why}", run.id, run.kind, run.state);
    if let (Some(stage), "running") = (&run.stage, run.state.as_str()) {
        text.push_str(&format!("\nstage {stage}"));
    }
    if let Some(notice) = &run.notice {
        text.push_str(&format!("\n{notice}"));
    }
    for output in &run.outputs {
        text.push_str(&format!("\n{}: {} bytes sealed, SHA-256 {}", output.name, output.size, output.sha256));
    }
    let code = match (run.state.as_str(), &run.check) {
        ("failed", Some(_)) => 4,
        ("failed" | "cancelled", _) => 1,
        _ => 0,
    };
    Reply::new(described(run), text).with_code(code)
}

fn row(run: &Run) -> Vec<String> {
    let why = run.check.clone().or_else(|| run.code.clone()).unwrap_or_else(|| "-".into());
    vec![
        run.id.to_string(),
        run.kind.clone(),
        run.state.clone(),
        run.runner.to_string(),
        run.created.to_string(),
        why,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(state: &str, check: Option<&str>, code: Option<&str>) -> Run {
        serde_json::from_value(json!({
            "id": "018f0000-0000-7000-8000-000000000000",
            "workspace": "0".repeat(64),
            "job": "018f0000-0000-7000-8000-000000000001",
            "spec": "1".repeat(64),
            "kind": "real",
            "state": state,
            "check": check,
            "code": code,
            "runner": "a@b.example",
            "created": "2026-11-23T00:00:00Z",
            "outputs": [],
        }))
        .unwrap()
    }

    #[test]
    fn a_refused_run_is_told_from_a_failed_one() {
        for (run, code) in [
            (run("succeeded", None, None), 0),
            (run("queued", None, None), 0),
            (run("failed", Some("measurement"), Some("refused")), 4),
            (run("failed", None, Some("memory")), 1),
            (run("cancelled", None, None), 1),
        ] {
            let reply = ended(&run);
            assert_eq!(reply.code, code, "{}", reply.text);
            assert_eq!(reply.json["run"], "018f0000-0000-7000-8000-000000000000");
        }
    }
}
