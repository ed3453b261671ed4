//! Datasets.

use std::{path::Path, sync::Arc};

use cloister_api::datasets::Dataset;
use cloister_client::{
    Client,
    datasets::{Added, Addition, Prepared, ShareOptions},
    upload::{OnProgress, Progress},
};
use cloister_dataset::{
    read::{BadRow, ReadOptions},
    schema_file,
};
use cloister_model::Assurance;
use serde_json::{Value, json};

mod by_worker;

use super::value;
use crate::{
    args::{DatasetAdd, DatasetCommand, DatasetSet, Share},
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};

pub(super) async fn run(context: &Context, command: DatasetCommand) -> Result<Reply, Failure> {
    let client = context.client()?;
    match command {
        DatasetCommand::Add(args) => add(context, &client, args).await,
        DatasetCommand::List => list(&client).await,
        DatasetCommand::Show { dataset } => show(&client, &dataset).await,
        DatasetCommand::Set(DatasetSet { dataset, rules }) => {
            let done = client.set_rules(&dataset, &text_of(&rules)?).await?;
            Ok(Reply::new(
                json!({ "dataset": dataset, "manifest": done.statement }),
                "the new rules are in force",
            ))
        }
        DatasetCommand::Share(args) => share(context, &client, args).await,
        DatasetCommand::Revoke { dataset, workspace } => {
            let done = client.revoke_share(&dataset, &workspace).await?;
            let json = json!({ "dataset": dataset, "statement": done.statement, "state": "revoked" });
            Ok(Reply::new(json, "revoked, acknowledged by the broker"))
        }
        DatasetCommand::Rekey { dataset } => {
            let done = client.rekey_dataset(&dataset).await?;
            let said = format!("sealed again for {} workspaces", done.len());
            Ok(Reply::new(json!({ "dataset": dataset, "workspaces": done }), said))
        }
        DatasetCommand::Delete { dataset } => {
            let done = client.delete_dataset(&dataset).await?;
            let json = json!({ "dataset": dataset, "statement": done.statement, "state": "unreleasable" });
            Ok(Reply::new(json, "unreleasable, for good"))
        }
    }
}

fn text_of(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|e| Failure::Usage(format!("`{}`: {e}", path.display())))
}

fn described(dataset: &Dataset) -> Value {
    let mut json = value(dataset);
    json["dataset"] = json!(dataset.id);
    if let Some(fields) = json.as_object_mut() {
        // The sealed key is of no use to a script, and long.
        fields.remove("owner_key");
    }
    json
}

async fn add(context: &Context, client: &Client, args: DatasetAdd) -> Result<Reply, Failure> {
    let schema = match &args.schema {
        Some(path) => {
            let parsed = schema_file::parse(&text_of(path)?);
            Some(parsed.map_err(|e| Failure::Usage(format!("`{}`: {e}", path.display())))?)
        }
        None => None,
    };
    let rules = args.rules.as_deref().map(text_of).transpose()?;
    let options = ReadOptions { header: !args.no_header, schema, skip_bad_rows: args.skip_bad_rows };
    let (file, reading) = (args.file.clone(), options.clone());
    let prepared = tokio::task::spawn_blocking(move || Prepared::read(&file, &options, rules.as_deref()))
        .await
        .map_err(|e| Failure::Failed(e.to_string()))??;
    show_inspection(context, &prepared);
    let inspection = prepared.inspection.clone();
    if inspection.bad_row_count > 0 && !args.skip_bad_rows && !args.by_worker {
        return Ok(refused_rows(inspection.bad_row_count, &inspection.bad_rows));
    }
    let (floor, never) = floor(context, client, args.assurance).await?;
    if args.rules.is_none() {
        context.note("no rules: jobs that everyone approves may return rows");
    }
    let (progress, bar) = progress(context, inspection.rows);
    let addition = Addition { name: args.name, floor };
    if args.by_worker {
        let mut reply = by_worker::add(client, prepared, &addition, &reading, (progress, &bar)).await?;
        reply.json["warning"] = json!(never);
        return Ok(reply);
    }
    let added = client.add_dataset(prepared, &addition, progress).await;
    bar.finish_and_clear();
    let Added { dataset, resumed_at } = added?;
    let digest = client.hold_dataset(dataset.clone()).await?.manifest.files.first().map(|file| file.sha256);
    let mut json = described(&dataset);
    json["rows"] = json!(inspection.rows);
    json["skipped_rows"] = json!(inspection.bad_row_count);
    json["bad_rows"] = value(&inspection.bad_rows);
    json["sha256"] = json!(digest);
    json["resumed_at"] = json!(resumed_at);
    json["warning"] = json!(never);
    let digest = digest.map(|d| d.to_string()).unwrap_or_default();
    if resumed_at > 0 {
        context.note(&format!("went on with the upload from byte {resumed_at}"));
    }
    let said = format!(
        "{} added: {} rows, {} skipped\nid {}\nciphertext SHA-256 {digest}",
        dataset.name, inspection.rows, inspection.bad_row_count, dataset.id
    );
    Ok(Reply::new(json, said))
}

fn progress(context: &Context, rows: u64) -> (OnProgress, indicatif::ProgressBar) {
    let bar = terminal::bar(rows, context.json);
    let shown = bar.clone();
    let progress: OnProgress = Arc::new(move |now: Progress| {
        // First rows are encrypted, then bytes are uploaded: each fills the bar.
        if now.total_bytes == 0 {
            shown.set_length(now.total_rows.max(1));
            shown.set_position(now.rows);
            shown.set_message("encrypting");
        } else {
            shown.set_length(now.total_bytes);
            shown.set_position(now.uploaded);
            shown.set_message(format!(
                "uploading, {} of {} MiB",
                now.uploaded >> 20,
                now.total_bytes.div_ceil(1 << 20)
            ));
        }
    });
    (progress, bar)
}

/// The floor of a new dataset: hardware unless said otherwise; asked for where only simulated workers are. With it, what
/// was said because no worker can meet it.
async fn floor(
    context: &Context,
    client: &Client,
    asked: Option<Assurance>,
) -> Result<(Assurance, Option<&'static str>), Failure> {
    let outlook = client.outlook().await?;
    let floor = match asked {
        Some(floor) => floor,
        None if outlook.only_simulated() && context.can_ask() => {
            context.note("every worker of this server is simulated: it proves nothing about hardware");
            if terminal::confirm("may simulated workers ever read this dataset?")? {
                Assurance::Simulated
            } else {
                Assurance::Hardware
            }
        }
        None => Assurance::Hardware,
    };
    let never = outlook.never(floor);
    if let Some(never) = never {
        context.warn(never);
        if asked.is_none() {
            context.note("added for hardware only (say `--assurance simulated` otherwise)");
        }
    }
    Ok((floor, never))
}

fn show_inspection(context: &Context, prepared: &Prepared) {
    let columns = prepared.inspection.schema.columns();
    let schema: Vec<Vec<String>> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let kind = value(&column.kind).as_str().unwrap_or_default().to_owned();
            let example = prepared.preview.iter().find_map(|row| row.get(at).cloned().flatten());
            let example: String = example.unwrap_or_default().chars().take(40).collect();
            vec![column.name.clone(), kind, if column.nullable { "yes" } else { "no" }.into(), example]
        })
        .collect();
    context.note(&terminal::table(&["column", "type", "may be absent", "example"], &schema));
    for row in &prepared.inspection.bad_rows {
        let column = row.column.as_deref().map(|c| format!(", column `{c}`")).unwrap_or_default();
        context.note(&format!("line {}{column}: {}", row.line, row.why));
    }
}

fn refused_rows(count: u64, rows: &[BadRow]) -> Reply {
    let detail = format!(
        "{count} rows do not fit; nothing is kept at the server (correct them, give a schema, or `--skip-bad-rows`)"
    );
    let json = json!({
        "error": { "type": "bad-rows", "detail": detail, "check": null, "exit": 1 },
        "bad_rows": rows,
        "bad_row_count": count,
    });
    Reply::new(json, detail).with_code(1)
}

async fn list(client: &Client) -> Result<Reply, Failure> {
    let datasets: Vec<Dataset> = client.api().all("/datasets").await?;
    let rows: Vec<Vec<String>> = datasets
        .iter()
        .map(|d| {
            let live = d.shares.iter().filter(|share| share.state == "live").count();
            let state = if d.state == "deleted" { "unreleasable" } else { &d.state };
            vec![d.name.to_string(), d.owner.to_string(), state.into(), live.to_string(), d.id.to_string()]
        })
        .collect();
    let text = terminal::list(
        &["name", "owner", "state", "shares", "id"],
        &rows,
        "no datasets yet: add one with `cloister dataset add FILE --name N --rules rules.toml`",
    );
    Ok(Reply::new(json!({ "items": datasets.iter().map(described).collect::<Vec<_>>() }), text))
}

async fn show(client: &Client, text: &str) -> Result<Reply, Failure> {
    let id = client.find_dataset(text).await?.id;
    let held = client.hold_dataset(client.api().get(&format!("/datasets/{id}")).await?).await?;
    let columns: Vec<Vec<String>> = held
        .manifest
        .schema
        .columns()
        .iter()
        .map(|c| vec![c.name.clone(), value(&c.kind).as_str().unwrap_or_default().to_owned()])
        .collect();
    let rules = serde_json::to_string_pretty(&held.manifest.rules).unwrap_or_default();
    let mut said = format!(
        "{} of {} ({}), manifest {} verified: {}\n\n{}\nrules {rules}\n",
        held.manifest.name,
        held.owner.email(),
        held.owner.certificate.organisation_name,
        held.manifest.sequence,
        held.digest,
        terminal::table(&["column", "type"], &columns),
    );
    for share in &held.dataset.shares {
        said.push_str(&format!("shared as {} to {}: {}\n", share.sql_name, share.workspace, share.state));
    }
    let mut json = described(&held.dataset);
    json["schema"] = value(&held.manifest.schema);
    json["rules"] = value(&held.manifest.rules);
    json["floor"] = value(&held.manifest.floor);
    json["sequence"] = json!(held.manifest.sequence);
    Ok(Reply::new(json, said))
}

async fn share(context: &Context, client: &Client, args: Share) -> Result<Reply, Failure> {
    let mut options =
        ShareOptions { follow: args.follow, allow_simulated: args.allow_simulated, sql_name: args.sql_name };
    let held = client.held_workspace(&args.workspace).await?;
    let id = client.find_own_dataset(&args.dataset).await?;
    let manifest = client.hold_dataset(id).await?.manifest;
    let outlook = client.outlook().await?;
    let floor = held.in_force()?.charter.floor.max(manifest.floor);
    if !options.allow_simulated && floor == Assurance::Simulated && context.can_ask() {
        context.note("this workspace allows simulated workers, which prove nothing about hardware");
        options.allow_simulated = terminal::confirm("may simulated workers have this dataset's key?")?;
    }
    let never = outlook.never(least(floor, options.allow_simulated));
    if let Some(never) = never {
        context.warn(never);
        if floor == Assurance::Simulated && !options.allow_simulated {
            context.note("shared for hardware only (say `--allow-simulated` otherwise)");
        }
    }
    let workspace = held.workspace.id;
    let dataset = client.share_dataset(&args.dataset, &workspace.to_string(), &options).await?;
    let mut json = described(&dataset);
    json["workspace"] = json!(workspace);
    json["allow_simulated"] = json!(options.allow_simulated);
    json["warning"] = json!(never);
    let share = dataset.shares.iter().find(|s| s.workspace == workspace && s.state == "live");
    json["sql_name"] = json!(share.map(|s| &s.sql_name));
    let name = share.map(|s| s.sql_name.to_string()).unwrap_or_default();
    Ok(Reply::new(json, format!("{} is shared to {} as {name}", dataset.name, held.workspace.name)))
}

/// The least assurance of a worker that may read a share: simulated ones only where charter, manifest and grant allow it.
fn least(floor: Assurance, allow_simulated: bool) -> Assurance {
    if allow_simulated { floor } else { Assurance::Hardware }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_needs_hardware_unless_charter_manifest_and_grant_allow_otherwise() {
        let (hardware, simulated) = (Assurance::Hardware, Assurance::Simulated);
        for (floor, allow, expected) in [
            (simulated, true, simulated),
            (simulated, false, hardware),
            (hardware, true, hardware),
            (hardware, false, hardware),
        ] {
            assert_eq!(least(floor, allow), expected, "{floor:?} {allow}");
        }
    }
}
