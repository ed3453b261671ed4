//! `cloister dataset add --by-worker`.

use cloister_api::runs::Run;
use cloister_client::{
    Client,
    datasets::{Addition, Ingested, Prepared},
    upload::OnProgress,
};
use cloister_dataset::read::ReadOptions;
use indicatif::ProgressBar;
use serde_json::json;

use super::{described, refused_rows, value};
use crate::outcome::{Failure, Reply};

pub(super) async fn add(
    client: &Client,
    prepared: Prepared,
    addition: &Addition,
    reading: &ReadOptions,
    (progress, bar): (OnProgress, &ProgressBar),
) -> Result<Reply, Failure> {
    let mut seen = |run: &Run| {
        bar.set_length(100);
        bar.set_position(position(run));
        bar.set_message(format!("worker: {}", run.stage.as_deref().unwrap_or(&run.state)));
    };
    let done = client.add_dataset_by_worker(prepared, addition, reading, (progress, &mut seen)).await;
    bar.finish_and_clear();
    let done = done?;
    match &done.dataset {
        Some(dataset) => {
            let dataset = dataset.clone();
            added(client, done, dataset).await
        }
        None => Ok(refused(&done)),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share lies between 0 and 1")]
fn position(run: &Run) -> u64 {
    run.share.map_or(0, |share| (share.clamp(0.0, 1.0) * 100.0) as u64)
}

async fn added(
    client: &Client,
    done: Ingested,
    dataset: cloister_api::datasets::Dataset,
) -> Result<Reply, Failure> {
    let digest = client.hold_dataset(dataset.clone()).await?.manifest.files.first().map(|file| file.sha256);
    let report = done.report.as_ref();
    let mut json = described(&dataset);
    json["rows"] = json!(report.map(|r| r.rows));
    json["skipped_rows"] = json!(report.map(|r| r.bad_row_count));
    json["bad_rows"] = report.map(|r| value(&r.bad_rows)).unwrap_or_default();
    json["sha256"] = json!(digest);
    json["resumed_at"] = json!(done.resumed_at);
    json["run"] = json!(done.run);
    let digest = digest.map(|d| d.to_string()).unwrap_or_default();
    let rows = report.map_or_else(
        || "converted before".to_owned(),
        |r| format!("{} rows, {} skipped", r.rows, r.bad_row_count),
    );
    let said =
        format!("{} added by a worker: {rows}\nid {}\nciphertext SHA-256 {digest}", dataset.name, dataset.id);
    Ok(Reply::new(json, said))
}

/// The file was at fault; the worker said how.
fn refused(done: &Ingested) -> Reply {
    let report = done.report.clone().unwrap_or_default();
    let mut reply = if report.bad_row_count > 0 {
        refused_rows(report.bad_row_count, &report.bad_rows)
    } else {
        let detail = report.problem.unwrap_or_else(|| "the worker could not read the file".into());
        let error = json!({ "type": "bad-file", "detail": detail, "check": null, "exit": 1 });
        Reply::new(json!({ "error": error }), detail).with_code(1)
    };
    reply.json["code"] = json!(done.code);
    reply.json["run"] = json!(done.run);
    reply
}
