//! Leases: one worker a run, an old fence writes nothing, a lost run ends, a cancelled one stops.

use bytes::Bytes;
use cloister_authz::Actor;
use cloister_model::{RunId, states::RunState};
use cloister_statement::predicate::Manifest;
use cloister_verify::testing::Edits;

use crate::study::{FILE, RESULT, Study, edits, kind};

async fn progress(study: &Study, lease: (RunId, i64)) -> &'static str {
    kind(study.app.run_progress(&Actor::Worker, lease, "reading", Some(0.5)).await)
}

#[tokio::test]
async fn a_lease_given_to_another_worker_leaves_the_first_nothing_to_write() {
    let study = Study::queued(edits()).await;
    let app = &study.app;
    let first = study.lease("one", true).await.unwrap();
    let run = first.row.id;
    assert_eq!(progress(&study, (run, first.fence)).await, "done");
    assert!(study.lease("two", true).await.is_none(), "the lease is renewed");
    study.wait(31);
    let second = study.lease("two", true).await.unwrap();
    assert_eq!(second.fence, first.fence + 1);
    let (release, finish) = study.handed_over();
    let dataset = study.world.manifests[0].open::<Manifest>().unwrap().predicate().body.dataset;
    for (who, lease, expected) in
        [("the first", first.fence, "conflict"), ("the second", second.fence, "done")]
    {
        let lease = (run, lease);
        assert_eq!(progress(&study, lease).await, expected, "{who}: progress");
        let read = app.run_ciphertext(&Actor::Worker, lease, (dataset, 1, FILE), None).await;
        assert_eq!(kind(read), expected, "{who}: ciphertext");
        let logged = app.log_release(&Actor::Worker, lease, &release).await;
        assert_eq!(kind(logged), expected, "{who}: release");
        let put = app.put_output(&Actor::Worker, lease, "result", Bytes::from_static(RESULT)).await;
        assert_eq!(kind(put), expected, "{who}: output");
        assert_eq!(kind(app.finish_run(&Actor::Worker, lease, &finish).await), expected, "{who}: finish");
    }
    let shown = app.show_run(&study.ana, run).await.unwrap();
    assert_eq!((shown.row.state, shown.outputs.len()), (RunState::Succeeded, 1));
    assert_eq!(shown.outputs[0].fence, second.fence);
    // The same end again is the same end; another one is none.
    app.finish_run(&Actor::Worker, (run, second.fence), &finish).await.unwrap();
    let mut other = finish;
    other.report = serde_json::json!({ "outcome": "cancelled" });
    assert_eq!(kind(app.finish_run(&Actor::Worker, (run, second.fence), &other).await), "conflict");
    assert_eq!(study.logged("run.finish").await, 1);
}

#[tokio::test]
async fn of_workers_that_ask_at_once_one_gets_the_run() {
    let study = Study::queued(edits()).await;
    let names: Vec<String> = (0..8).map(|n| format!("worker-{n}")).collect();
    let asked = futures::future::join_all(names.iter().map(|name| study.lease(name, true))).await;
    assert_eq!(asked.iter().flatten().count(), 1);
    assert_eq!(study.logged("run.lease").await, 1);
    let seen = study.app.list_workers(&study.ben, &all()).await.unwrap();
    assert_eq!(seen.iter().map(|w| w.name.clone()).collect::<Vec<_>>(), names);
}

fn all() -> cloister_app::work::Paging {
    cloister_app::work::Paging { after: String::new(), limit: 200 }
}

#[tokio::test]
async fn a_run_whose_worker_is_lost_twice_has_failed() {
    let study = Study::queued(edits()).await;
    let run = study.lease("one", true).await.unwrap().row.id;
    study.wait(31);
    let second = study.lease("two", true).await.unwrap();
    study.wait(31);
    assert!(study.lease("three", true).await.is_none());
    let shown = study.app.show_run(&study.ana, run).await.unwrap().row;
    assert_eq!((shown.state, shown.code.as_deref()), (RunState::Failed, Some("worker_lost")));
    assert_eq!(progress(&study, (run, second.fence)).await, "conflict");
}

#[tokio::test]
async fn a_run_that_was_closed_at_the_broker_ends_with_its_receipt_although_its_worker_died() {
    let study = Study::queued(edits()).await;
    let app = &study.app;
    let leased = study.lease("one", true).await.unwrap();
    let (run, lease) = (leased.row.id, (leased.row.id, leased.fence));
    let (release, finish) = study.handed_over();
    app.log_release(&Actor::Worker, lease, &release).await.unwrap();
    app.put_output(&Actor::Worker, lease, "result", Bytes::from_static(RESULT)).await.unwrap();
    // Killed between the broker and the server. While the broker is away nobody can tell, and nothing is decided.
    study.broker.close(run, finish.receipt.clone().unwrap());
    study.broker.be_there(false);
    study.wait(31);
    assert!(study.lease("two", true).await.is_none());
    assert_eq!(app.show_run(&study.ana, run).await.unwrap().row.state, RunState::Running);
    study.broker.be_there(true);
    assert!(study.lease("two", true).await.is_none(), "there is nothing left to do");
    let shown = app.show_run(&study.ana, run).await.unwrap();
    assert_eq!((shown.row.state, shown.row.code), (RunState::Succeeded, None));
    let receipt: serde_json::Value = serde_json::from_str(&shown.row.receipt.unwrap()).unwrap();
    assert_eq!(receipt["payload"], finish.receipt.unwrap()["payload"]);
    assert_eq!((shown.outputs.len(), shown.outputs[0].fence), (1, leased.fence));
    assert_eq!((study.logged("run.lease").await, study.logged("run.finish").await), (1, 1));
}

#[tokio::test]
async fn a_run_that_was_released_and_not_closed_is_leased_again() {
    let study = Study::queued(edits()).await;
    let leased = study.lease("one", true).await.unwrap();
    let (release, _) = study.handed_over();
    study.app.log_release(&Actor::Worker, (leased.row.id, leased.fence), &release).await.unwrap();
    study.wait(31);
    assert_eq!(study.lease("two", true).await.unwrap().fence, leased.fence + 1);
}

#[tokio::test]
async fn a_cancel_ends_a_queued_run_and_is_heard_by_the_worker_of_a_running_one() {
    let study = Study::queued(edits()).await;
    let app = &study.app;
    let leased = study.lease("one", true).await.unwrap();
    let lease = (leased.row.id, leased.fence);
    assert!(!app.run_progress(&Actor::Worker, lease, "reading", None).await.unwrap());
    assert_eq!(kind(app.cancel_run(&study.ben, lease.0).await), "denied", "Ben did not start it");
    app.cancel_run(&study.ana, lease.0).await.unwrap();
    assert!(app.run_progress(&Actor::Worker, lease, "reading", None).await.unwrap());
    // The worker dies of it: nobody else gets the run.
    study.wait(31);
    assert!(study.lease("two", true).await.is_none());
    assert_eq!(app.show_run(&study.ana, lease.0).await.unwrap().row.state, RunState::Cancelled);
    assert_eq!(kind(app.cancel_run(&study.ana, lease.0).await), "state");

    let study = Study::queued(edits()).await;
    study.app.cancel_run(&study.ana, study.world.run).await.unwrap();
    assert!(study.lease("one", true).await.is_none());
}

fn for_hardware() -> Edits {
    Edits { grant: |grant| grant.allow_simulated = false, ..edits() }
}

#[tokio::test]
async fn a_run_that_wants_hardware_is_refused_by_assurance_where_every_worker_is_simulated() {
    let study = Study::queued(for_hardware()).await;
    let before = study.app.show_run(&study.ana, study.world.run).await.unwrap();
    assert!(before.notice.unwrap().contains("no worker has asked for work"));
    assert!(study.lease("one", true).await.is_none());
    let shown = study.app.show_run(&study.ana, study.world.run).await.unwrap().row;
    assert_eq!((shown.state, shown.check.as_deref()), (RunState::Failed, Some("assurance")));
    let job = study.app.show_job(&study.ana, shown.job).await.unwrap();
    assert_eq!(job.runs_used, 0, "a run that got no keys costs none");
}

#[tokio::test]
async fn a_run_that_wants_hardware_waits_for_the_hardware_worker_that_was_seen() {
    let study = Study::active(for_hardware()).await;
    assert!(study.lease("real", false).await.is_none(), "nothing waits yet");
    let job = study.accepted().await.row.id;
    let request = cloister_app::work::grounds::wire(&study.world.request);
    study.app.run_job(&study.ana, job, &request).await.unwrap();
    assert!(study.lease("one", true).await.is_none());
    let shown = study.app.show_run(&study.ana, study.world.run).await.unwrap();
    assert_eq!(shown.row.state, RunState::Queued);
    assert_eq!(shown.notice.as_deref(), Some("the run waits for a hardware worker"));
    assert_eq!(study.lease("real", false).await.unwrap().row.id, study.world.run);
}

#[tokio::test]
async fn a_worker_presents_itself_in_plain_words() {
    use cloister_app::work::worker::Asker;
    for (name, measurement) in
        [(Some("Worker One"), None), (Some(""), None), (Some("w"), Some("XY")), (None, Some(""))]
    {
        assert_eq!(kind(Asker::new(name, true, measurement)), "invalid", "{name:?} {measurement:?}");
    }
    Asker::new(None, true, Some("00ff")).unwrap();
}
