//! Ingests at the server: a workspace of one's own, parts under a fence, and what was made becomes the dataset's file.

use bytes::Bytes;
use cloister_app::work::workspaces::Unsigned;
use cloister_app::{
    restrict::Standing,
    work::{
        datasets::{NewManifest, NewShare},
        grounds::wire,
        worker::{Finish, NewRelease},
    },
};
use cloister_authz::Actor;
use cloister_model::{
    Roles, RunId,
    ingest::{PARQUET_OBJECT, RAW_OBJECT},
    states::RunState,
};
use cloister_statement::predicate::{Charter, CiphertextFile, FileFormat, Manifest, Output, Receipt};
use cloister_verify::testing::{
    Edits, World,
    bundles::{BundleEdits, bundle},
    ingests::{self, RAW},
};
use serde_json::json;

use crate::study::{CIPHERTEXT, RESULT, Study, check, kind, sha256};

const MADE: &[u8] = b"PARE what an ingest made PARE";

fn edits() -> Edits {
    let raw = |m: &mut Manifest| {
        ingests::raw(m);
        (m.files[0].size, m.files[0].sha256) = (CIPHERTEXT.len() as u64, sha256(CIPHERTEXT));
    };
    Edits { manifest: raw, ..ingests::edits() }
}

/// Ana without her role.
fn plain(study: &Study) -> Actor {
    let Actor::User { id, org, disabled, powers, .. } = study.ana.clone() else { panic!("a user") };
    Actor::User { id, org, disabled, powers, roles: Roles::default() }
}

fn output(name: &str, bytes: &[u8]) -> Output {
    Output { name: name.into(), size: bytes.len() as u64, sha256: sha256(bytes) }
}

#[tokio::test]
async fn a_workspace_of_one_is_anyones_to_found_and_a_workspace_admins_to_grow() {
    let two = Box::pin(Study::of(World::new())).await;
    let charter = wire(&two.world.charter);
    assert_eq!(kind(two.app.create_workspace(&plain(&two), &charter, Unsigned::default()).await), "denied");
    let one = Box::pin(Study::of(World::edited(&edits()))).await;
    let charter = wire(&one.world.charter);
    let by_ben = one.app.create_workspace(&one.ben, &charter, Unsigned::default()).await;
    assert_eq!(check(by_ben), "signature", "not the signer");
    let made = one.app.create_workspace(&plain(&one), &charter, Unsigned::default()).await.unwrap();
    assert_eq!(made.row.state, "active");
    let mut next = one.world.charter.open::<Charter>().unwrap().predicate().body.clone();
    next.version = 2;
    next.previous = Some(one.workspace());
    next.members.insert(one.world.ben.id());
    let next = wire(&one.world.ana.sign(Some(one.workspace()), next));
    assert_eq!(kind(one.app.amend(&plain(&one), one.workspace(), &next).await), "denied");
    assert_eq!(kind(one.app.amend(&one.ana, one.workspace(), &next).await), "done");
}

/// The raw dataset shared to Ana's workspace, its ingest leased.
async fn leased() -> (Study, RunId, i64) {
    let study = Box::pin(Study::of(World::edited(&edits()))).await;
    let (app, ana, world) = (&study.app, &study.ana, &study.world);
    app.create_workspace(ana, &wire(&world.charter), Unsigned::default()).await.unwrap();
    let upload = app.begin_upload(ana, RAW, 1, RAW_OBJECT).await.unwrap();
    app.upload_part(ana, upload.id, 0, Bytes::from_static(CIPHERTEXT)).await.unwrap();
    app.finish_upload(ana, upload.id, CIPHERTEXT.len() as u64, sha256(CIPHERTEXT)).await.unwrap();
    app.add_dataset(ana, &wire(&world.manifests[0]), "sealed to the owner").await.unwrap();
    let share = NewShare {
        grant: wire(&world.grants[0]),
        sealed_key: json!({ "sealed": 0 }),
        sql_name: "measurements".parse().unwrap(),
    };
    app.share_dataset(ana, RAW, &share).await.unwrap();
    let job = study.draft("ingest").await;
    let submitted = app.submit_job(ana, job, &wire(&world.spec)).await.unwrap();
    assert_eq!(submitted.row.state.as_str(), "accepted", "its author's approval is enough");
    app.run_job(ana, job, &wire(&world.request)).await.unwrap();
    let lease = study.lease("one", true).await.unwrap();
    (study, lease.row.id, lease.fence)
}

fn handed_over(world: &World) -> (NewRelease, Finish) {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let outputs = |r: &mut Receipt| r.outputs = vec![output(PARQUET_OBJECT, MADE), output("result", RESULT)];
    let made = bundle(world, &BundleEdits { receipt: outputs, ..BundleEdits::default() });
    let release = NewRelease {
        record: wire(&made.releases[0]),
        challenge: wire(&made.challenge),
        transcript: STANDARD.encode(&made.transcript.0),
        evidence: STANDARD.encode(&made.evidence.0),
    };
    let outputs = made.results.iter().map(|o| (o.name.clone(), o.size, o.sha256)).collect();
    let finish = Finish {
        outcome: "succeeded".into(),
        check: None,
        receipt: Some(wire(&made.receipt)),
        outputs,
        report: json!({ "outcome": "succeeded" }),
    };
    (release, finish)
}

fn next(study: &Study, edit: impl FnOnce(&mut Manifest)) -> serde_json::Value {
    let raw = &study.world.manifests[0];
    let mut body = raw.open::<Manifest>().unwrap().predicate().body.clone();
    (body.sequence, body.version, body.previous) = (2, 2, Some(raw.digest()));
    body.format = FileFormat::Parquet;
    let Output { name, size, sha256 } = output(PARQUET_OBJECT, MADE);
    body.files = vec![CiphertextFile { name, size, sha256 }];
    edit(&mut body);
    wire(&study.world.ana.sign(None, body))
}

#[tokio::test]
async fn what_an_ingest_made_in_parts_becomes_the_datasets_file_and_the_raw_one_goes() {
    let (study, run, fence) = Box::pin(leased()).await;
    let (app, worker, lease) = (&study.app, &Actor::Worker, (run, fence));
    let part = |from: usize, to: usize| Bytes::from_static(&MADE[from..to]);
    let put = |offset, bytes| app.put_output_part(worker, lease, (PARQUET_OBJECT, offset), bytes);
    assert_eq!(kind(put(0, part(0, 9)).await), "done");
    assert_eq!(kind(put(10, part(10, 12)).await), "conflict", "a gap");
    assert_eq!(kind(put(0, Bytes::new()).await), "invalid");
    assert_eq!(kind(put(4, part(4, 9)).await), "done", "a part may come again");
    assert_eq!(kind(put(9, part(9, MADE.len())).await), "done");
    let other = app.put_output_part(worker, lease, ("result", 0), part(0, 1)).await;
    assert_eq!(kind(other), "invalid", "another name");
    let old = app.put_output_part(worker, (run, fence - 1), (PARQUET_OBJECT, 0), part(0, 1)).await;
    assert_eq!(kind(old), "conflict", "an old fence");
    let size = MADE.len() as u64;
    let finish = |size, digest| app.finish_output(worker, lease, PARQUET_OBJECT, (size, digest));
    assert_eq!(kind(finish(size, sha256(b"other")).await), "unprocessable");
    assert_eq!(kind(finish(size - 1, sha256(MADE)).await), "unprocessable");
    // The object was moved, the rows did not commit: the worker asks again.
    let growing = cloister_store::objects::Growing::Output(run, fence);
    let key = format!("runs/{run}/{fence}/{PARQUET_OBJECT}");
    app.objects.finish_upload(growing, &key).await.unwrap();
    assert_eq!(kind(finish(size, sha256(b"other")).await), "unprocessable");
    assert_eq!(kind(finish(size, sha256(MADE)).await), "done");
    assert_eq!(kind(finish(size, sha256(MADE)).await), "done", "said again");
    let ana = &study.ana;
    let adopt = |manifest: serde_json::Value, from_run| async move {
        let new = NewManifest { manifest: &manifest, owner_key: "sealed", from_run, shares: Vec::new() };
        app.supersede_manifest(ana, RAW, &new).await.map(|(_, standing)| standing)
    };
    assert_eq!(kind(adopt(next(&study, |_| {}), Some(run)).await), "state", "it goes on");
    let (release, end) = handed_over(&study.world);
    app.log_release(worker, lease, &release).await.unwrap();
    app.put_output(worker, lease, "result", Bytes::from_static(RESULT)).await.unwrap();
    app.finish_run(worker, lease, &end).await.unwrap();
    let shown = app.show_run(&study.ana, run).await.unwrap();
    assert_eq!((shown.row.state, shown.outputs.len()), (RunState::Succeeded, 2));
    type Edit = fn(&mut Manifest);
    let wrong: [(&str, Edit, Option<RunId>, &str); 4] = [
        ("no run named", |_| {}, None, "unprocessable"),
        ("another digest", |m| m.files[0].sha256 = sha256(b"other"), Some(run), "unprocessable"),
        ("another version", |m| m.version = 3, Some(run), "unprocessable"),
        ("a run that is not there", |_| {}, Some(RunId(uuid::Uuid::nil())), "absent"),
    ];
    for (what, edit, from, expected) in wrong {
        assert_eq!(kind(adopt(next(&study, edit), from).await), expected, "{what}");
    }
    let raw = format!("datasets/{RAW}/1/{RAW_OBJECT}");
    assert!(app.objects.size(&raw).await.is_ok(), "kept until the manifest is in force");
    let standing = adopt(next(&study, |_| {}), Some(run)).await.unwrap();
    assert!(matches!(standing, Standing::InForce(_)));
    assert!(app.objects.size(&raw).await.is_err(), "the raw file stays behind");
    let there = app.download(&study.ana, RAW, (2, PARQUET_OBJECT), None).await.unwrap();
    assert_eq!(there.size, size);
    assert_eq!(kind(app.download(&study.ana, RAW, (1, RAW_OBJECT), None).await), "absent");
}

#[tokio::test]
async fn the_parts_of_a_worker_that_was_lost_are_forgotten() {
    let (study, run, fence) = Box::pin(leased()).await;
    let app = &study.app;
    let put = |fence| {
        let part = Bytes::from_static(MADE);
        app.put_output_part(&Actor::Worker, (run, fence), (PARQUET_OBJECT, 0), part)
    };
    put(fence).await.unwrap();
    study.wait(31);
    let second = study.lease("two", true).await.unwrap().fence;
    assert_eq!(kind(put(fence).await), "conflict");
    put(second).await.unwrap();
    let growing = |fence| cloister_store::objects::Growing::Output(run, fence);
    assert_eq!(app.objects.uploaded(growing(fence)).await.unwrap(), MADE.len() as u64);
    let end = Finish {
        outcome: "cancelled".into(),
        check: None,
        receipt: None,
        outputs: Vec::new(),
        report: json!({ "outcome": "cancelled" }),
    };
    app.finish_run(&Actor::Worker, (run, second), &end).await.unwrap();
    for fence in [fence, second] {
        assert_eq!(app.objects.uploaded(growing(fence)).await.unwrap(), 0);
    }
}
