//! The inbox: each true event once, to those it concerns, and by mail to those who want it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use cloister_app::work::workspaces::Unsigned;
use cloister_app::{
    notices::{
        headline,
        mail::{Mail, MailError, Mailer},
    },
    people::sessions::Identity,
    restrict::Standing,
    work::{Paging, grounds::wire},
};
use cloister_authz::Actor;
use cloister_model::{Digest, notices::NoticeKind};
use cloister_statement::predicate::{Decision, Refusal, Review, Revocation};

use crate::study::{Study, edits, kind};

/// A mail server that can be out.
#[derive(Default)]
pub(crate) struct Sink {
    answer: Mutex<Option<MailError>>,
    sent: Mutex<Vec<Mail>>,
}

#[async_trait]
impl Mailer for Sink {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        match self.answer.lock().unwrap().clone() {
            Some(error) => Err(error),
            None => {
                self.sent.lock().unwrap().push(mail.clone());
                Ok(())
            }
        }
    }
    fn console(&self) -> &'static str {
        "https://cloister.example"
    }
}

async fn identity(study: &Study, actor: &Actor) -> Identity {
    let found = cloister_store::people::user_by_id(&study.app.store.read(), actor.user().unwrap()).await;
    Identity { actor: actor.clone(), user: found.unwrap().unwrap(), session: None }
}

/// What somebody's inbox says, oldest first.
async fn inbox(study: &Study, actor: &Actor) -> Vec<String> {
    let paging = Paging { after: String::new(), limit: 100 };
    let rows = study.app.notices(&identity(study, actor).await, false, &paging).await.unwrap();
    rows.iter().rev().map(headline).collect()
}

#[tokio::test]
async fn each_event_of_a_study_is_told_once_to_those_it_concerns() {
    let study = Box::pin(Study::queued(edits())).await;
    let name = &study.app.show_workspace(&study.ana, study.workspace()).await.unwrap().row.name;
    let ana = vec![
        format!("ben@example.org accepted the charter of the workspace `{name}`"),
        format!("the charter of the workspace `{name}` is in force"),
        format!("ben@example.org shared the dataset `diagnoses` to the workspace `{name}`"),
        format!("the job `count` in `{name}` was accepted"),
    ];
    let ben = vec![
        format!("ana@example.org invited you to the workspace `{name}`"),
        format!("the charter of the workspace `{name}` is in force"),
        format!("ana@example.org shared the dataset `measurements` to the workspace `{name}`"),
        format!("ana@example.org asks for your review of the job `count` in `{name}`"),
    ];
    assert_eq!(
        (inbox(&study, &study.ana).await, inbox(&study, &study.ben).await),
        (ana.clone(), ben.clone())
    );
    // The run ends; said again by the worker, it ended once.
    let leased = study.lease("one", true).await.unwrap();
    let (release, finish) = study.handed_over();
    let lease = (leased.row.id, leased.fence);
    study.app.log_release(&Actor::Worker, lease, &release).await.unwrap();
    study.app.put_output(&Actor::Worker, lease, "result", crate::study::RESULT.into()).await.unwrap();
    for _ in 0..2 {
        study.app.finish_run(&Actor::Worker, lease, &finish).await.unwrap();
    }
    let finished = [ana, vec![format!("your run of the job `count` in `{name}` succeeded")]].concat();
    assert_eq!(inbox(&study, &study.ana).await, finished);
    // A revocation is told when it is in force, not before.
    let revocation = Revocation { grant: study.world.grants[1].digest() };
    let signed = wire(&study.world.ben.sign(Some(study.workspace()), revocation));
    let manifest = study.world.manifests[1].open::<cloister_statement::predicate::Manifest>().unwrap();
    let dataset = manifest.predicate().body.dataset;
    study.broker.be_there(false);
    let (_, standing) = study.app.revoke_share(&study.ben, dataset, &signed).await.unwrap();
    assert!(matches!(standing, Standing::Pending));
    assert_eq!(inbox(&study, &study.ana).await, finished);
    study.broker.be_there(true);
    study.wait(60);
    for _ in 0..2 {
        study.app.revoke_share(&study.ben, dataset, &signed).await.unwrap();
    }
    let last = inbox(&study, &study.ana).await;
    assert_eq!(last.len(), finished.len() + 1);
    assert!(last.last().unwrap().starts_with("the dataset `diagnoses` was revoked"), "{last:?}");
    assert_eq!(inbox(&study, &study.ben).await, ben, "nobody is told of what they did themselves");
}

#[tokio::test]
async fn refusals_are_told_when_they_are_final() {
    let study = Box::pin(Study::pending()).await;
    let id = study.workspace();
    let refusal = wire(&study.world.ben.sign(Some(id), Refusal { charter: id }));
    study.app.decline(&study.ben, id, &refusal).await.unwrap();
    let told = inbox(&study, &study.ana).await;
    assert!(told[0].starts_with("ben@example.org refused the charter"), "{told:?}");
    assert!(told[1].ends_with("was refused"), "{told:?}");
    assert_eq!(told.len(), 2);

    let study = Box::pin(Study::active(edits())).await;
    let job = study.draft("count").await;
    study.app.submit_job(&study.ana, job, &wire(&study.world.spec)).await.unwrap();
    let body = study.world.review.open::<Review>().unwrap().predicate().body.clone();
    let no = Review { decision: Decision::Reject, comment: Some("too broad".into()), ..body };
    let no = wire(&study.world.ben.sign(Some(study.workspace()), no));
    study.app.review_job(&study.ben, job, &no).await.unwrap();
    let told = inbox(&study, &study.ana).await;
    assert!(told.last().unwrap().ends_with("was rejected"), "{told:?}");
}

#[tokio::test]
async fn mail_is_sent_once_later_if_need_be_and_not_to_who_wants_none() {
    let sink = Arc::new(Sink::default());
    let study = Box::pin(Study::mailed(Some(sink.clone()))).await;
    let ben = identity(&study, &study.ben).await;
    let ana = identity(&study, &study.ana).await;
    study.app.mute_notices(&ana, &BTreeSet::from([NoticeKind::WorkspaceActive])).await.unwrap();
    *sink.answer.lock().unwrap() = Some(MailError::Later("greylisted".into()));
    let id: Digest = study.workspace();
    study.app.create_workspace(&study.ana, &wire(&study.world.charter), Unsigned::default()).await.unwrap();
    let rest = || tokio::time::sleep(std::time::Duration::from_millis(1200));
    rest().await;
    assert!(sink.sent.lock().unwrap().is_empty());
    *sink.answer.lock().unwrap() = None;
    rest().await;
    assert!(sink.sent.lock().unwrap().is_empty(), "not before its pause is over");
    study.wait(15);
    rest().await;
    study.app.accept(&study.ben, id, &wire(&study.world.acceptance)).await.unwrap();
    rest().await;
    let sent = sink.sent.lock().unwrap().clone();
    let said: BTreeSet<(&str, &str)> =
        sent.iter().map(|mail| (mail.to.as_str(), mail.subject.split(' ').next().unwrap())).collect();
    let expected = [
        ("ben@example.org", "ana@example.org"),
        ("ana@example.org", "ben@example.org"),
        ("ben@example.org", "the"),
    ];
    assert_eq!((sent.len(), said), (3, BTreeSet::from(expected)), "{sent:?}");
    assert!(sent[0].text.contains(&format!("https://cloister.example/workspaces/{id}")));
    // Read before it was sent, it is not sent.
    *sink.answer.lock().unwrap() = Some(MailError::Later("greylisted".into()));
    study.share(0, &study.ana, "measurements").await;
    rest().await;
    let paging = Paging { after: String::new(), limit: 1 };
    let newest = study.app.notices(&ben, true, &paging).await.unwrap();
    study.app.read_notices(&ben, newest[0].new.id).await.unwrap();
    *sink.answer.lock().unwrap() = None;
    study.wait(3600);
    rest().await;
    assert_eq!(sink.sent.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn an_inbox_is_its_owners() {
    let study = Box::pin(Study::pending()).await;
    let (ana, ben) = (identity(&study, &study.ana).await, identity(&study, &study.ben).await);
    let paging = Paging { after: String::new(), limit: 10 };
    let notice = study.app.notices(&ben, true, &paging).await.unwrap()[0].new.id;
    assert_eq!(kind(study.app.read_notice(&ana, notice).await), "absent");
    assert_eq!(study.app.read_notices(&ana, notice).await.unwrap(), 0);
    assert_eq!(study.app.unread_notices(&ben).await.unwrap(), 1);
    for _ in 0..2 {
        study.app.read_notice(&ben, notice).await.unwrap();
    }
    assert_eq!(study.app.unread_notices(&ben).await.unwrap(), 0);
    assert!(study.app.notices(&ben, true, &paging).await.unwrap().is_empty());
}
