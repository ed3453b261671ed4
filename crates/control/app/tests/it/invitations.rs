//! From invitation to archive: each step once, in order, by those entitled, and the notice that says what is awaited.

use cloister_app::{
    restrict::Standing,
    work::{Paging, grounds::wire, workspaces::Unsigned},
};
use cloister_authz::Actor;
use cloister_statement::predicate::{Acceptance, Archive, Charter, Refusal, RunRequest, Suspension};

use crate::study::{Study, check, edits, kind, person_of};

async fn notice(study: &Study) -> String {
    let shown = study.app.show_workspace(&study.ana, study.workspace()).await.unwrap();
    shown.notice.unwrap_or_default()
}

#[tokio::test]
async fn a_refusal_answer_and_entry_are_one_act_and_the_broker_makes_it_final() {
    let study = Study::pending().await;
    let (app, id) = (&study.app, study.workspace());
    assert_eq!(notice(&study).await, "the charter waits for the answer of ben@example.org");
    let refusal = Refusal { charter: id };
    let by_ana = wire(&study.world.ana.sign(Some(id), refusal.clone()));
    let by_ben = wire(&study.world.ben.sign(Some(id), refusal));
    assert_eq!(check(app.decline(&study.ben, id, &by_ana).await), "signature");
    let answer = || async {
        let shown = app.show_workspace(&study.ana, id).await.unwrap();
        let ben = shown.members.into_iter().find(|m| m.certificate.email.as_str().starts_with("ben"));
        (shown.row.state, ben.unwrap().row.answer)
    };
    assert_eq!(answer().await, ("pending".into(), "pending".into()), "nothing half done");
    study.broker.be_there(false);
    let (_, standing) = app.decline(&study.ben, id, &by_ben).await.unwrap();
    assert!(matches!(standing, Standing::Pending));
    assert_eq!(answer().await, ("pending".into(), "declined".into()));
    assert!(notice(&study).await.contains("ben@example.org refused the charter"));
    study.broker.be_there(true);
    study.wait(60);
    let (_, standing) = app.decline(&study.ben, id, &by_ben).await.unwrap();
    assert!(matches!(standing, Standing::InForce(_)));
    assert_eq!(answer().await.0, "rejected");
    assert!(notice(&study).await.starts_with("rejected for good: ben@example.org"));
    assert_eq!(kind(app.decline(&study.ben, id, &by_ben).await), "done", "said again, it stands");
    assert_eq!(kind(app.accept(&study.ben, id, &wire(&study.world.acceptance)).await), "state");
    assert_eq!(study.logged("workspace.answer").await, 1);
}

#[tokio::test]
async fn only_someone_who_has_not_answered_is_reminded() {
    let study = Study::pending().await;
    let (app, id) = (&study.app, study.workspace());
    let ben = "ben@example.org".parse().unwrap();
    study.wait(3600);
    app.resend(&study.ana, id, &ben).await.unwrap();
    let shown = app.show_workspace(&study.ana, id).await.unwrap();
    assert!(shown.members.iter().any(|m| m.row.invited == app.now()));
    assert_eq!(kind(app.resend(&study.ben, id, &ben).await), "denied");
    for nobody in ["ana@example.org", "cat@example.org"] {
        assert_eq!(kind(app.resend(&study.ana, id, &nobody.parse().unwrap()).await), "unprocessable");
    }
    app.accept(&study.ben, id, &wire(&study.world.acceptance)).await.unwrap();
    assert_eq!(kind(app.resend(&study.ana, id, &ben).await), "unprocessable");
}

#[tokio::test]
async fn a_later_charter_waits_for_its_members_and_one_waits_at_a_time() {
    let study = Study::active(edits()).await;
    let (app, id) = (&study.app, study.workspace());
    let mut body = study.world.charter.open::<Charter>().unwrap().predicate().body.clone();
    (body.version, body.previous) = (2, Some(id));
    body.run = cloister_model::RunPolicy::CreatorOnly;
    let by_ben = wire(&study.world.ben.sign(Some(id), body.clone()));
    assert_eq!(kind(app.amend(&study.ben, id, &by_ben).await), "denied", "Ben is no administrator");
    let next = study.world.ana.sign(Some(id), body.clone());
    let (_, standing) = app.amend(&study.ana, id, &wire(&next)).await.unwrap();
    assert!(matches!(standing, Standing::Pending));
    assert!(notice(&study).await.starts_with("a new charter waits for the answer of ben@example.org"));
    body.run = cloister_model::RunPolicy::AllMembers;
    body.console_allowed = true;
    let second = wire(&study.world.ana.sign(Some(id), body));
    assert_eq!(kind(app.amend(&study.ana, id, &second).await), "state");
    let view = app.show_workspace(&study.ben, id).await.unwrap();
    let answers = |members: &[cloister_app::work::workspaces::MemberView]| {
        members.iter().map(|m| m.answer.clone()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(answers(&view.members), ["accepted".to_owned()].into(), "the charter in force");
    assert_eq!(answers(&view.pending_members), ["accepted".to_owned(), "pending".to_owned()].into());
    assert_eq!(view.awaiting, ["ben@example.org".parse().unwrap()]);
    assert_eq!(view.proposed_by, Some("ana@example.org".parse().unwrap()));
    let acceptance = wire(&study.world.ben.sign(Some(id), Acceptance { charter: next.digest() }));
    let (_, standing) = app.accept(&study.ben, id, &acceptance).await.unwrap();
    assert!(matches!(standing, Standing::InForce(_)));
    let shown = app.show_workspace(&study.ana, id).await.unwrap().row;
    assert_eq!((shown.version, shown.charter, shown.pending), (2, next.digest(), None));
}

#[tokio::test]
async fn whoever_proposed_a_charter_takes_it_back_and_may_propose_another() {
    let study = Study::active(edits()).await;
    let (app, id, me) = (&study.app, study.workspace(), study.world.ana.id());
    let mut body = study.world.charter.open::<Charter>().unwrap().predicate().body.clone();
    (body.version, body.previous) = (2, Some(id));
    // Ana hands the workspace over and leaves: the charter that she proposes does not list her.
    body.members.remove(&me);
    body.administrators = body.members.clone();
    let next = study.world.ana.sign(Some(id), body.clone());
    app.amend(&study.ana, id, &wire(&next)).await.unwrap();
    assert_eq!(app.show_workspace(&study.ana, id).await.unwrap().row.pending, Some(next.digest()));
    let refusal = wire(&study.world.ana.sign(Some(id), Refusal { charter: next.digest() }));
    let (_, standing) = app.decline(&study.ana, id, &refusal).await.unwrap();
    assert!(matches!(standing, Standing::InForce(_)));
    let view = app.show_workspace(&study.ana, id).await.unwrap();
    assert_eq!((view.row.state.as_str(), view.row.pending, view.row.version), ("active", None, 1));
    assert_eq!((view.awaiting.len(), view.pending_members.len(), view.proposed_by), (0, 0, None));
    let acceptance = wire(&study.world.ben.sign(Some(id), Acceptance { charter: next.digest() }));
    assert_eq!(kind(app.accept(&study.ben, id, &acceptance).await), "state", "it is void");
    body.nonce = "11".repeat(16);
    let (_, standing) =
        app.amend(&study.ana, id, &wire(&study.world.ana.sign(Some(id), body))).await.unwrap();
    assert!(matches!(standing, Standing::Pending));
}

#[tokio::test]
async fn the_proposer_of_a_workspace_takes_it_back_before_anyone_answers() {
    let study = Study::pending().await;
    let (app, id) = (&study.app, study.workspace());
    let view = app.show_workspace(&study.ana, id).await.unwrap();
    assert_eq!(
        (view.awaiting, view.proposed_by),
        (vec!["ben@example.org".parse().unwrap()], Some("ana@example.org".parse().unwrap()))
    );
    let refusal = wire(&study.world.ana.sign(Some(id), Refusal { charter: id }));
    app.decline(&study.ana, id, &refusal).await.unwrap();
    assert_eq!(app.show_workspace(&study.ana, id).await.unwrap().row.state, "rejected");
    assert!(notice(&study).await.starts_with("rejected for good: ana@example.org"));
}

#[tokio::test]
async fn a_suspended_member_no_longer_counts_and_an_archive_is_the_end() {
    let study = Study::active(edits()).await;
    let (app, id) = (&study.app, study.workspace());
    let job = study.draft("count").await;
    app.submit_job(&study.ana, job, &wire(&study.world.spec)).await.unwrap();
    let suspension = Suspension { member: study.world.ben.id(), charter: id };
    let by_ben = wire(&study.world.ben.sign(Some(id), suspension.clone()));
    assert_eq!(kind(app.suspend_or_archive(&study.ben, id, &by_ben).await), "denied");
    let by_ana = wire(&study.world.ana.sign(Some(id), suspension));
    let (_, standing) = app.suspend_or_archive(&study.ana, id, &by_ana).await.unwrap();
    assert!(matches!(standing, Standing::InForce(_)));
    assert!(notice(&study).await.contains("ben@example.org is suspended"));
    assert_eq!(check(app.review_job(&study.ben, job, &wire(&study.world.review)).await), "membership");

    let archive = study.world.ana.sign(Some(id), Archive { charter: id });
    study.broker.be_there(false);
    let (_, standing) = app.suspend_or_archive(&study.ana, id, &wire(&archive)).await.unwrap();
    assert!(matches!(standing, Standing::Pending), "202 without the broker");
    assert!(notice(&study).await.contains("archive is not in force yet"));
    study.broker.be_there(true);
    study.wait(60);
    app.suspend_or_archive(&study.ana, id, &wire(&archive)).await.unwrap();
    assert!(notice(&study).await.starts_with("archived for good"));
    assert_eq!(kind(app.suspend_or_archive(&study.ana, id, &wire(&archive)).await), "state");
    let made = app.create_job(&study.ana, id, "late".parse().unwrap(), "{}".into()).await;
    assert_eq!(kind(made), "state");
    assert_eq!(app.show_job(&study.ana, job).await.unwrap().row.id, job, "what was done stays readable");
}

#[tokio::test]
async fn an_archive_stops_runs_before_the_broker_has_heard_of_it() {
    let study = Study::queued(edits()).await;
    let (app, id) = (&study.app, study.workspace());
    let archive = study.world.ana.sign(Some(id), Archive { charter: id });
    study.broker.be_there(false);
    let (_, standing) = app.suspend_or_archive(&study.ana, id, &wire(&archive)).await.unwrap();
    assert!(matches!(standing, Standing::Pending));
    assert!(study.lease("one", true).await.is_none());
    let run = app.show_run(&study.ana, study.world.run).await.unwrap().row;
    assert_eq!(run.check.as_deref(), Some("archive"));
    let mut again = study.world.request.open::<RunRequest>().unwrap().predicate().body.clone();
    again.run = cloister_model::RunId(app.new_id());
    let again = wire(&study.world.ana.sign(Some(id), again));
    assert_eq!(check(app.run_job(&study.ana, run.job, &again).await), "archive");
}

#[tokio::test]
async fn an_organisations_admin_proposes_and_the_charters_administrator_decides() {
    let study = Study::active(edits()).await;
    let (app, id) = (&study.app, study.workspace());
    let cat = "cat@example.org".parse::<cloister_model::Email>().unwrap();
    let wanted = || (vec![cat.clone()], Vec::new());
    assert_eq!(
        kind(app.propose_change(&study.ben, id, wanted()).await),
        "denied",
        "Ben is a member, no admin"
    );
    let Actor::User { id: oda, roles, disabled, powers, .. } =
        person_of(app, "oda", &[cloister_model::Role::OrganizationAdmin]).await
    else {
        panic!("a user")
    };
    let oda = Actor::User { id: oda, org: study.ana.org().unwrap(), roles, disabled, powers };
    let made = app.propose_change(&oda, id, wanted()).await.unwrap();
    let both = (vec![cat.clone()], vec![cat.clone()]);
    assert_eq!(kind(app.propose_change(&oda, id, both).await), "unprocessable");
    assert_eq!(kind(app.propose_change(&oda, id, (Vec::new(), Vec::new())).await), "unprocessable");
    let all = || Paging { after: String::new(), limit: 50 };
    for reader in [&oda, &study.ana, &study.ben] {
        let listed = app.list_proposals(reader, id, &all()).await.unwrap();
        assert_eq!((listed.len(), listed[0].email.as_str(), listed[0].add.len()), (1, "oda@example.org", 1));
    }
    assert_eq!(kind(app.dismiss_proposal(&study.ben, made.id).await), "denied");
    app.dismiss_proposal(&study.ana, made.id).await.unwrap();
    assert_eq!(kind(app.dismiss_proposal(&study.ana, made.id).await), "absent");
    let again = app.propose_change(&oda, id, wanted()).await.unwrap();
    app.dismiss_proposal(&oda, again.id).await.unwrap();

    app.propose_change(&oda, id, wanted()).await.unwrap();
    let mut body = study.world.charter.open::<Charter>().unwrap().predicate().body.clone();
    (body.version, body.previous) = (2, Some(id));
    body.members = [study.world.ana.id()].into();
    app.amend(&study.ana, id, &wire(&study.world.ana.sign(Some(id), body))).await.unwrap();
    let left = app.list_proposals(&study.ana, id, &all()).await.unwrap();
    assert_eq!(left.len(), 0, "another charter is in force");
    assert_eq!(study.logged("workspace.propose").await, 4, "three, and one refused");
}

#[tokio::test]
async fn templates_are_chosen_without_a_signature_over_what_was_seen() {
    use cloister_model::{Template, Templates};
    let study = Study::active(edits()).await;
    let (app, id) = (&study.app, study.workspace());
    let seen = app.show_workspace(&study.ana, id).await.unwrap().row;
    assert_eq!(seen.templates, Templates::default(), "all, until somebody chooses");
    let chosen = Templates([Template::Top].into());
    let wanted = |templates| Unsigned { description: None, templates };
    assert_eq!(
        kind(app.describe_workspace(&study.ben, id, (&seen, wanted(Some(chosen.clone())))).await),
        "denied"
    );
    app.describe_workspace(&study.ana, id, (&seen, wanted(Some(chosen.clone())))).await.unwrap();
    let now = app.show_workspace(&study.ben, id).await.unwrap().row;
    assert_eq!((&now.templates, &now.description), (&chosen, &seen.description));
    let none = wanted(Some(Templates([].into())));
    app.describe_workspace(&study.ana, id, (&now, none)).await.unwrap();
    assert!(app.show_workspace(&study.ben, id).await.unwrap().row.templates.0.is_empty());
}
