//! Who is told what, in order and once, however late.

use std::time::Duration;

use cloister_app::work::workspaces::Unsigned;
use cloister_app::{
    events::{Seen, Telling, Watcher},
    people::sessions::Identity,
    work::grounds::wire,
};
use cloister_authz::Actor;
use cloister_model::Role;

use crate::study::{Study, edits, kind, person_of};

async fn watch(study: &Study, actor: &Actor, after: Option<i64>) -> Watcher {
    let id = actor.user().unwrap();
    let user = cloister_store::people::user_by_id(&study.app.store.read(), id).await.unwrap().unwrap();
    let who = Identity { actor: actor.clone(), user, session: None };
    study.app.watch(who, after).await.unwrap()
}

/// What a watcher was told until nothing more came.
async fn heard(watcher: &mut Watcher) -> Vec<String> {
    let mut heard = Vec::new();
    while let Ok(seen) = tokio::time::timeout(Duration::from_millis(1500), watcher.next()).await {
        heard.push(match seen.unwrap() {
            Seen::Event(event) | Seen::Yourself(Some(event)) => event.action.clone(),
            Seen::Reset(_) => "reset".into(),
            Seen::Yourself(None) => "yourself".into(),
        });
    }
    heard
}

async fn told() -> Study {
    let study = Study::pending().await;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        stop.closed().await;
        drop(stop);
    });
    tokio::spawn(Telling(study.app.clone()).run(stopping));
    study
}

#[tokio::test]
async fn the_invited_hear_of_the_workspace_and_members_of_what_is_in_it() {
    let study = Box::pin(told()).await;
    let stranger = person_of(&study.app, "cat", &[Role::WorkspaceAdmin]).await;
    let before = study.app.store.read().last_entry().await.unwrap();
    let mut ana = watch(&study, &study.ana, None).await;
    let mut ben = watch(&study, &study.ben, None).await;
    let mut cat = watch(&study, &stranger, None).await;
    let id = study.workspace();
    // Ana is a member of the pending workspace, Ben is invited to it only.
    let seen = study.app.show_workspace(&study.ana, id).await.unwrap().row;
    let wanted = Unsigned { description: Some("x".parse().unwrap()), templates: None };
    study.app.describe_workspace(&study.ana, id, (&seen, wanted)).await.unwrap();
    study.app.accept(&study.ben, id, &wire(&study.world.acceptance)).await.unwrap();
    let made = study.draft("count").await;
    assert_eq!(study.app.show_job(&study.ben, made).await.unwrap().row.id, made);
    let all = ["workspace.describe", "workspace.accept", "statement.acknowledged", "job.create"];
    assert_eq!(heard(&mut ana).await, all);
    assert_eq!(heard(&mut ben).await, all, "what happened before it joined was about the workspace");
    assert!(heard(&mut cat).await.is_empty());
    let mut late = watch(&study, &study.ben, Some(before)).await;
    assert_eq!(heard(&mut late).await, all, "read again from the log, in its order");
    let mut later = watch(&study, &study.ben, Some(before + 2)).await;
    assert_eq!(heard(&mut later).await, all[2..]);
    let mut lost = watch(&study, &study.ben, Some(1_000_000)).await;
    assert_eq!(heard(&mut lost).await, ["reset"], "a number of another log");
}

#[tokio::test]
async fn the_invited_hear_nothing_of_jobs() {
    let study = Box::pin(told()).await;
    let mut ben = watch(&study, &study.ben, Some(0)).await;
    let heard = heard(&mut ben).await;
    assert!(heard.contains(&"workspace.create".to_owned()), "{heard:?}");
    let refused = study.app.show_job(&study.ben, cloister_model::JobId(study.app.new_id())).await;
    assert_eq!(kind(refused), "absent");
    assert!(heard.iter().all(|action| !action.starts_with("job.")), "{heard:?}");
}

#[tokio::test]
async fn a_watcher_that_lags_is_told_everything_once() {
    let study = Box::pin(Study::active(edits())).await;
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let mut ana = watch(&study, &study.ana, None).await;
    tokio::spawn(Telling(study.app.clone()).run(stopping));
    for number in 0..1100 {
        let tx = study.app.store.write().await.unwrap();
        let draft = cloister_store::EntryDraft::done(study.app.now(), &study.ana, "job.edit");
        tx.audit(draft.workspace(study.workspace()).target(number)).await.unwrap();
        tx.commit().await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut targets = Vec::new();
    while let Ok(seen) = tokio::time::timeout(Duration::from_secs(1), ana.next()).await {
        if let Seen::Event(event) = seen.unwrap()
            && event.action == "job.edit"
        {
            targets.push(event.target.clone().unwrap());
        }
    }
    assert_eq!(targets, (0..1100).map(|n| n.to_string()).collect::<Vec<_>>());
}
