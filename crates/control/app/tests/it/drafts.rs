//! Drafts: deleted, they are gone from sight; what was signed about them, and runs that tried them, stay.

use cloister_app::{
    AppError,
    work::{Paging, grounds::wire},
};
use cloister_authz::Actor;
use cloister_model::{JobId, states::JobState};
use cloister_statement::predicate::{Spec, Withdrawal, WithdrawalTarget};

use crate::study::{Study, edits, kind};

fn all() -> Paging {
    Paging { after: String::new(), limit: 200 }
}

/// Deletes what is there now.
async fn delete(study: &Study, actor: &Actor, job: JobId) -> Result<(), AppError> {
    let seen = study.app.show_job(actor, job).await?.row;
    study.app.delete_draft(actor, &seen).await
}

#[tokio::test]
async fn of_two_who_edit_the_same_draft_the_second_learns_of_the_first() {
    let study = Study::active(edits()).await;
    let (app, ana) = (&study.app, &study.ana);
    let job = study.draft("count").await;
    let seen = app.show_job(ana, job).await.unwrap().row;
    let name = seen.name.clone();
    app.change_draft(ana, &seen, &name, "{\"first\":1}").await.unwrap();
    assert_eq!(kind(app.change_draft(ana, &seen, &name, "{\"second\":1}").await), "stale");
    assert_eq!(kind(app.delete_draft(ana, &seen).await), "stale");
    let now = app.show_job(ana, job).await.unwrap().row;
    assert_eq!(now.draft, "{\"first\":1}");
    app.delete_draft(ana, &now).await.unwrap();
}

#[tokio::test]
async fn a_draft_is_deleted_and_a_signed_history_is_not() {
    let study = Study::active(edits()).await;
    let (app, ana, id) = (&study.app, &study.ana, study.workspace());
    let fresh = study.draft("fresh").await;
    delete(&study, ana, fresh).await.unwrap();
    assert_eq!(kind(app.show_job(ana, fresh).await), "absent");

    let job = study.draft("count").await;
    app.submit_job(ana, job, &wire(&study.world.spec)).await.unwrap();
    assert_eq!(kind(delete(&study, ana, job).await), "state", "under review");
    let withdrawal = Withdrawal { target: WithdrawalTarget::Spec(study.world.spec.digest()) };
    let withdrawal = study.world.ana.sign(Some(id), withdrawal);
    app.withdraw_job(ana, job, &wire(&withdrawal)).await.unwrap();
    assert_eq!(app.show_job(ana, job).await.unwrap().row.state, JobState::Draft);
    assert_eq!(kind(delete(&study, &study.ben, job).await), "denied");
    delete(&study, ana, job).await.unwrap();
    assert_eq!(kind(app.show_job(ana, job).await), "absent");
    assert_eq!(kind(app.submit_job(ana, job, &wire(&study.world.spec)).await), "absent");
    assert!(app.workspace_jobs(ana, id, &all()).await.unwrap().is_empty());
    for statement in [&study.world.spec, &withdrawal] {
        let kept = cloister_store::statements::find(&app.store.read(), statement.digest()).await.unwrap();
        assert!(kept.is_some(), "{}", statement.kind().as_str());
    }
    study.draft("count").await;
}

#[tokio::test]
async fn a_tried_draft_can_be_deleted_and_its_test_stays_readable() {
    let study = Study::active(edits()).await;
    let (app, ana) = (&study.app, &study.ana);
    let job = study.draft("count").await;
    let mut body = study.world.spec.open::<Spec>().unwrap().predicate().body.clone();
    body.test = true;
    let spec = study.world.ana.sign(study.world.workspace(), body);
    let run = app.test_job(ana, job, &wire(&spec)).await.unwrap().row.id;
    delete(&study, ana, job).await.unwrap();
    assert_eq!(kind(delete(&study, ana, job).await), "absent");
    assert_eq!(app.show_run(ana, run).await.unwrap().row.job, job);
    assert!(app.list_jobs(ana, &all()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_list_shows_what_each_job_shows_and_follows_every_statement() {
    let study = Study::active(edits()).await;
    let (app, ana, id) = (&study.app, &study.ana, study.workspace());
    let job = study.draft("count").await;
    for n in 0..20 {
        study.draft(&format!("other {n}")).await;
    }
    let listed = || async {
        let jobs = app.workspace_jobs(ana, id, &all()).await.unwrap();
        let found = jobs.into_iter().find(|j| j.row.id == job).unwrap();
        let one = app.show_job(ana, job).await.unwrap();
        assert_eq!(format!("{found:?}"), format!("{one:?}"));
        (found.row.state, found.awaiting.len(), found.reviews.len(), found.runs_used)
    };
    assert_eq!(listed().await, (JobState::Draft, 0, 0, 0));
    app.submit_job(ana, job, &wire(&study.world.spec)).await.unwrap();
    assert_eq!(listed().await, (JobState::UnderReview, 1, 0, 0));
    app.review_job(&study.ben, job, &wire(&study.world.review)).await.unwrap();
    assert_eq!(listed().await, (JobState::Accepted, 0, 1, 0));
    app.run_job(ana, job, &wire(&study.world.request)).await.unwrap();
    assert_eq!(listed().await, (JobState::Accepted, 0, 1, 1));
    let target = WithdrawalTarget::Review(study.world.review.digest());
    let withdrawal = study.world.ben.sign(Some(id), Withdrawal { target });
    app.withdraw_job(&study.ben, job, &wire(&withdrawal)).await.unwrap();
    let shown = app.show_job(ana, job).await.unwrap();
    assert_eq!((shown.row.state, shown.reviews[0].counts), (JobState::Draft, false));
    assert!(study.lease("one", true).await.is_none(), "the approval is gone");
    assert_eq!(app.job_runs(ana, job, &all()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_job_stood_for_stays_and_says_whether_it_was_accepted() {
    let study = Study::active(edits()).await;
    let (app, ana, id) = (&study.app, &study.ana, study.workspace());
    let job = study.draft("count").await;
    let specs = async |paging: &Paging| {
        let found = app.job_specs(ana, job, paging).await.unwrap();
        found.into_iter().map(|one| (one.spec, one.accepted)).collect::<Vec<_>>()
    };
    assert_eq!(specs(&all()).await, []);
    let first = study.world.spec.digest();
    app.submit_job(ana, job, &wire(&study.world.spec)).await.unwrap();
    assert_eq!(specs(&all()).await, [(first, false)]);
    app.review_job(&study.ben, job, &wire(&study.world.review)).await.unwrap();
    let withdrawal = study.world.ana.sign(Some(id), Withdrawal { target: WithdrawalTarget::Spec(first) });
    app.withdraw_job(ana, job, &wire(&withdrawal)).await.unwrap();
    assert_eq!(specs(&all()).await, [(first, true)], "taken back, it was accepted once");
    study.wait(60);
    let mut body = study.world.spec.open::<Spec>().unwrap().predicate().body.clone();
    body.max_runs += 1;
    let second = study.world.ana.sign(Some(id), body);
    app.submit_job(ana, job, &wire(&second)).await.unwrap();
    assert_eq!(specs(&all()).await, [(second.digest(), false), (first, true)]);
    let one = Paging { after: String::new(), limit: 1 };
    assert_eq!(specs(&one).await, [(second.digest(), false)]);
}

#[tokio::test]
async fn a_jobs_page_agrees_with_what_is_asked_for_alone() {
    use cloister_store::{jobs, people, runs, statements};
    let study = Study::queued(edits()).await;
    let db = study.app.store.read();
    let job = study.app.show_run(&study.ana, study.world.run).await.unwrap().row.job;
    let shown = jobs::shown(&db, job).await.unwrap().unwrap();
    let alone = jobs::by_id(&db, job).await.unwrap().unwrap();
    assert_eq!(format!("{:?}", shown.job), format!("{alone:?}"));
    assert_eq!(shown.stamp, statements::stamp(&db, alone.workspace).await.unwrap());
    assert_eq!(shown.used, runs::used(&db, alone.spec.unwrap()).await.unwrap());
    assert_eq!(
        people::emails(&db, &[alone.creator]).await.unwrap().get(&alone.creator),
        Some(&shown.creator)
    );
    assert_eq!(
        (shown.used, jobs::shown(&db, cloister_model::JobId(study.app.new_id())).await.unwrap().is_none()),
        (1, true)
    );
}
