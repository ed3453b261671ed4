//! Verifies an export of the audit log: every line's entry is in the log that its checkpoint signs.

use std::{
    io::{BufRead, BufReader},
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_api::audit::AuditEntry;
use cloister_audit::{Entry, Included, InclusionProof, Outcome, log::About};
use cloister_client::profile::PinnedLog;
use serde::Deserialize;
use serde_json::json;

use crate::{context::Context, outcome::Reply};

/// The first line.
#[derive(Deserialize)]
struct Head {
    log: HeadLog,
}

#[derive(Deserialize)]
struct HeadLog {
    origin: String,
    public_key: String,
    checkpoint: String,
}

/// Every other line.
#[derive(Deserialize)]
struct Line {
    #[serde(flatten)]
    shown: AuditEntry,
    proof: InclusionProof,
}

/// Why the file does not hold.
struct Broken {
    kind: &'static str,
    detail: String,
}

fn broken(kind: &'static str, detail: impl std::fmt::Display) -> Broken {
    Broken { kind, detail: detail.to_string() }
}

/// 0 holds, 1 broken, 2 unreadable.
pub(super) fn verify(context: &Context, file: &Path) -> Reply {
    let opened = match std::fs::File::open(file) {
        Ok(opened) => opened,
        Err(error) => {
            let error = json!({ "type": "usage", "detail": error.to_string(), "check": null, "exit": 2 });
            return Reply::new(
                json!({ "verified": false, "error": error }),
                "error: the file cannot be read",
            )
            .with_code(2);
        }
    };
    let pinned = context.profile().pins().ok().and_then(|pins| pins.log);
    let source = if pinned.is_some() { "profile" } else { "log" };
    match lines(BufReader::new(opened), pinned) {
        Ok(entries) => {
            let json =
                json!({ "verified": true, "outcome": "holds", "entries": entries, "key_source": source });
            let from = if source == "log" { "the file itself" } else { "the profile's pins" };
            Reply::new(
                json,
                format!(
                    "holds: {entries} entries are in the log\nkey from {from}\n\nnot proven\n  that the export leaves nothing out\n"
                ),
            )
        }
        Err(Broken { kind, detail }) => {
            let json = json!({
                "verified": false,
                "outcome": "broken",
                "kind": kind,
                "detail": detail,
                "key_source": source,
            });
            Reply::new(json, format!("damaged: {detail}")).with_code(1)
        }
    }
}

fn lines(file: impl BufRead, pinned: Option<PinnedLog>) -> Result<u64, Broken> {
    let mut lines = file.lines();
    let first = lines.next().and_then(Result::ok).unwrap_or_default();
    let head: Head = serde_json::from_str(&first).map_err(|e| broken("malformed", format!("line 1: {e}")))?;
    let HeadLog { origin, public_key, checkpoint } = head.log;
    let (origin, key) = match pinned {
        Some(PinnedLog { origin, key, .. }) => (origin, key.0),
        None => {
            let key = About { origin: origin.clone(), public_key }.key();
            (origin, key.ok_or_else(|| broken("malformed", "the log's key is not 64 hexadecimal digits"))?)
        }
    };
    cloister_audit::checkpoint::verify(&checkpoint, &origin, &key).map_err(|e| broken("unsigned", e))?;
    let mut count = 0;
    for (number, text) in lines.enumerate() {
        let place = number + 2;
        let text = text.map_err(|e| broken("malformed", format!("line {place}: {e}")))?;
        let line: Line =
            serde_json::from_str(&text).map_err(|e| broken("malformed", format!("line {place}: {e}")))?;
        entry(line, &checkpoint, &origin, &key)
            .map_err(|why| broken("edited", format!("line {place}: {why}")))?;
        count += 1;
    }
    Ok(count)
}

/// The entry is in the log, and what the line shows is what it says. Whose name an actor has is the exporter's word.
fn entry(line: Line, checkpoint: &str, origin: &str, key: &[u8; 32]) -> Result<(), String> {
    let Line { shown, proof } = line;
    let bytes = STANDARD.decode(&shown.encoded).map_err(|_| "the entry is not base64".to_owned())?;
    let index = proof.index;
    let included = Included::new(&bytes, proof, checkpoint.to_owned());
    let (entry, _): (Entry, _) = included.verify(origin, key).map_err(|e| e.to_string())?;
    let outcome = match entry.outcome {
        Outcome::Done => "done",
        Outcome::Refused => "refused",
    };
    let same = shown.index == Some(index)
        && shown.at.micros() == entry.at
        && shown.action == entry.action
        && shown.target == entry.target
        && shown.outcome == outcome
        && shown.check == entry.check;
    if same { Ok(()) } else { Err("the line shows something else than its entry".into()) }
}
