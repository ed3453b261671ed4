//! The audit log: list, export, verify. Verification: 0 holds, 1 damaged, 2 incomplete or wrong usage.

use std::{collections::BTreeSet, path::Path};

use cloister_api::audit::AuditEntry;
use cloister_audit::{
    Checkpoint, Cosigned, Quorum, WitnessKey,
    log::{self, ABOUT, About, Damage, Report},
};
use cloister_client::{
    Api,
    log::{self as remote, AuditFilter},
    profile,
    profile::PinnedLog,
};
use cloister_model::{Digest, Timestamp};
use serde_json::json;

use crate::{
    args::{AuditCommand, AuditList},
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};

pub(super) async fn run(context: &Context, command: AuditCommand) -> Result<Reply, Failure> {
    match command {
        AuditCommand::List(AuditList { workspace, search, actor, action, refused, from, to, limit }) => {
            let wanted = AuditFilter { workspace, text: search, actor, action, refused, from, to };
            let entries = context.client()?.audit_entries(&wanted, limit).await?;
            let rows: Vec<Vec<String>> = entries.iter().map(row).collect();
            let text = terminal::list(
                &["when", "who", "what", "to what", "outcome"],
                &rows,
                "no entries that you may see",
            );
            Ok(Reply::new(json!({ "items": entries }), text))
        }
        AuditCommand::Export { out } => export(context, &out).await,
        AuditCommand::Verify { log, witnesses, needed } => {
            let witnesses: BTreeSet<WitnessKey> = witnesses.into_iter().collect();
            let needed = needed.unwrap_or(witnesses.len());
            let quorum = (!witnesses.is_empty()).then_some(Quorum { witnesses, needed });
            Ok(verify(context, &log, quorum.as_ref()))
        }
    }
}

fn row(entry: &AuditEntry) -> Vec<String> {
    let outcome = match &entry.check {
        Some(check) => format!("{} by {check}", entry.outcome),
        None => entry.outcome.clone(),
    };
    vec![
        entry.at.to_string(),
        entry.actor.clone(),
        entry.action.clone(),
        entry.target.clone().unwrap_or_else(|| "-".into()),
        outcome,
    ]
}

async fn export(context: &Context, out: &Path) -> Result<Reply, Failure> {
    let client = context.client()?;
    if out.extension().is_some_and(|extension| extension == "jsonl") {
        let lines = client.audit_lines().await?;
        profile::write(out, &lines)?;
        let json = json!({ "file": out, "bytes": lines.len() });
        return Ok(Reply::new(json, format!("written to {}", out.display())));
    }
    let signed = client.export_log(out).await?;
    let text = format!(
        "{} entries written to {}\ncloister audit verify {}",
        signed.size,
        out.display(),
        out.display()
    );
    Ok(Reply::new(json!({ "folder": out, "entries": signed.size, "origin": signed.origin }), text))
}

/// The name, key and last checkpoint to go by, and where they come from.
struct Trusted {
    origin: String,
    key: [u8; 32],
    seen: Option<Checkpoint>,
    source: &'static str,
}

type Reader = Box<dyn Fn(&str) -> Result<Option<Vec<u8>>, String>>;

fn verify(context: &Context, place: &str, quorum: Option<&Quorum>) -> Reply {
    if let Some(Err(reason)) = quorum.map(Quorum::possible) {
        return misused(&reason.to_string());
    }
    if Path::new(place).is_file() {
        if quorum.is_some() {
            return misused(
                "witnesses cosign the log's checkpoint: give the exported folder, not a `.jsonl` file",
            );
        }
        return super::audit_export::verify(context, Path::new(place));
    }
    let reader = match reader(context, place) {
        Ok(reader) => reader,
        Err(reason) => return misused(&reason),
    };
    let trusted = match trusted(context, &reader) {
        Ok(trusted) => trusted,
        Err(reply) => return reply,
    };
    let found = log::verify(&reader, &trusted.origin, &trusted.key, trusted.seen.as_ref());
    let judged = found.and_then(|report| {
        let cosigned = quorum.map(|quorum| quorum.judge(&report.note)).transpose()?;
        Ok((report, cosigned))
    });
    match judged {
        Ok((report, cosigned)) => held(context, &trusted, report, cosigned),
        Err(damage) => damaged(&damage, Some(&trusted)),
    }
}

fn held(context: &Context, trusted: &Trusted, report: Report, cosigned: Option<Cosigned>) -> Reply {
    let remembered = remember(context, trusted, report.note);
    let size = report.checkpoint.size;
    let mut not_proven = Vec::new();
    if cosigned.is_none() {
        not_proven.push("that the log shows everyone the same: no witness was asked for (`--witness KEY`)");
    }
    if trusted.source == "log" {
        not_proven.push("that the key is the deployment's: it came with the log and is pinned nowhere here");
    }
    let seen = cosigned.map(|cosigned| {
        let at = Timestamp::from_micros(
            i64::try_from(cosigned.seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000),
        );
        (cosigned.by, at)
    });
    let witnessed = seen
        .as_ref()
        .map_or_else(String::new, |(by, at)| format!("cosigned by {} (median time {at})\n", by.join(", ")));
    let limits: String = not_proven.iter().map(|limit| format!("  {limit}\n")).collect();
    let limits = if limits.is_empty() { limits } else { format!("\nnot proven\n{limits}") };
    let text = format!(
        "holds: {size} entries, every hash and the signature of `{}`\nkey from the {}{}\n{witnessed}{limits}",
        trusted.origin,
        if trusted.source == "log" { "log's own folder" } else { "profile's pins" },
        if remembered { "; the checkpoint is remembered" } else { "" },
    );
    let json = json!({
        "verified": true,
        "outcome": "holds",
        "entries": size,
        "origin": trusted.origin,
        "key": Digest(trusted.key),
        "key_source": trusted.source,
        "witnessed": seen.map(|(by, at)| json!({ "by": by, "at": at })),
        "not_proven": not_proven,
    });
    Reply::new(json, text)
}

fn reader(context: &Context, place: &str) -> Result<Reader, String> {
    if place.starts_with("http://") || place.starts_with("https://") {
        let config = context.profile().config().ok().flatten();
        let same = |server: &str| server.trim_end_matches('/') == place.trim_end_matches('/');
        let token = config.filter(|config| same(&config.server)).map(|config| config.token);
        let api = Api::new(place, token.as_deref()).map_err(|e| e.to_string())?;
        return Ok(Box::new(move |path| {
            let call = remote::file(&api, path);
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(call))
                .map_err(|e| e.to_string())
        }));
    }
    let folder = std::path::PathBuf::from(place);
    if !folder.is_dir() {
        return Err(format!("`{place}` is neither a folder nor an address"));
    }
    Ok(Box::new(move |path| match std::fs::read(folder.join(path)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.to_string()),
    }))
}

/// The pinned log if the profile has one, else the one that the log names itself.
fn trusted(context: &Context, reader: &Reader) -> Result<Trusted, Reply> {
    if let Some(PinnedLog { origin, key, checkpoint }) =
        context.profile().pins().ok().and_then(|pins| pins.log)
    {
        let seen =
            checkpoint.and_then(|note| cloister_audit::checkpoint::verify(&note, &origin, &key.0).ok());
        return Ok(Trusted { origin, key: key.0, seen, source: "profile" });
    }
    let bytes = reader(ABOUT).map_err(|reason| misused(&reason))?;
    let bytes = bytes
        .ok_or_else(|| misused("no log key is pinned in this profile, and the log has no `log.json`"))?;
    let malformed = |reason: String| damaged(&Damage::Malformed { path: ABOUT.into(), reason }, None);
    let about: About = serde_json::from_slice(&bytes).map_err(|e| malformed(e.to_string()))?;
    let key = about.key().ok_or_else(|| malformed("its key is not 64 hexadecimal digits".into()))?;
    Ok(Trusted { origin: about.origin, key, seen: None, source: "log" })
}

/// Remembers the checkpoint, so that a log that goes back or forks is found out next time. Only for a pinned log.
fn remember(context: &Context, trusted: &Trusted, note: String) -> bool {
    let profile = context.profile();
    let Ok(mut pins) = profile.pins() else { return false };
    let Some(pinned) = pins.log.as_mut().filter(|pinned| pinned.key.0 == trusted.key) else { return false };
    pinned.checkpoint = Some(note);
    profile.save_pins(&pins).is_ok()
}

fn damaged(damage: &Damage, trusted: Option<&Trusted>) -> Reply {
    let code = match damage {
        Damage::Unreadable { .. } => 2,
        Damage::Truncated(_)
        | Damage::Edited { .. }
        | Damage::Reordered(_)
        | Damage::Forked(_)
        | Damage::Stale { .. }
        | Damage::Unsigned(_)
        | Damage::Unwitnessed(_)
        | Damage::Malformed { .. } => 1,
    };
    let json = json!({
        "verified": false,
        "outcome": if code == 1 { "broken" } else { "incomplete" },
        "kind": damage.kind(),
        "detail": damage.to_string(),
        "key_source": trusted.map(|trusted| trusted.source),
    });
    Reply::new(json, format!("damaged: {damage}")).with_code(code)
}

fn misused(reason: &str) -> Reply {
    let json = json!({ "verified": false, "error": { "type": "usage", "detail": reason, "check": null, "exit": 2 } });
    Reply::new(json, format!("error: {reason}")).with_code(2)
}
