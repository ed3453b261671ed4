//! Who reads the log of a workspace, what is logged of the refused, and what an export proves.

use cloister_app::people::sessions::Identity;
use cloister_authz::Actor;
use cloister_store::log::Filter;

use crate::study::{Study, edits, kind};

async fn identity(study: &Study, actor: &Actor) -> Identity {
    let id = actor.user().unwrap();
    let user = cloister_store::people::user_by_id(&study.app.store.read(), id).await.unwrap().unwrap();
    Identity { actor: actor.clone(), user, session: None }
}

#[tokio::test]
async fn members_read_their_organisations_part_of_a_workspaces_log_once_logged() {
    let study = Study::active(edits()).await;
    let (ana, ben) = (identity(&study, &study.ana).await, identity(&study, &study.ben).await);
    let filter = || Filter { workspace: Some(study.workspace().to_string()), ..Filter::default() };
    let before = study.logged("audit.read").await;
    for who in [&ana, &ben] {
        let seen = study.app.audit(who, filter(), 100).await.unwrap();
        assert!(!seen.is_empty());
    }
    let second = Filter { before: Some(2), ..filter() };
    study.app.audit(&ana, second, 100).await.unwrap();
    assert_eq!(study.logged("audit.read").await, before + 2, "once a viewing, never a page");
    for unknown in ["00".repeat(32), "nonsense".into()] {
        let filter = Filter { workspace: Some(unknown), ..Filter::default() };
        assert_eq!(kind(study.app.audit(&ana, filter, 100).await), "absent");
    }
}

#[tokio::test]
async fn a_view_is_searched_by_text_actor_and_outcome_within_the_organisation() {
    let study = Study::active(edits()).await;
    let (ana, ben) = (identity(&study, &study.ana).await, identity(&study, &study.ben).await);
    let workspace = study.workspace().to_string();
    let found = async |who: &Identity, filter: Filter| {
        let filter = Filter { workspace: Some(workspace.clone()), ..filter };
        let rows = study.app.audit(who, filter, 1000).await.unwrap();
        rows.iter().map(|row| cloister_audit::Entry::decode(&row.encoded).unwrap()).collect::<Vec<_>>()
    };
    let all = found(&ana, Filter::default()).await;
    let (of_ana, action) = (ana.user.id.to_string(), all[0].action.clone());
    let hers = found(&ana, Filter { actor: Some(ana.user.email.to_string()), ..Filter::default() }).await;
    assert!(!hers.is_empty() && hers.iter().all(|entry| entry.actor == of_ana), "{hers:?}");
    // An address of another organisation's people says nothing: it is a word that no entry has.
    let foreign = Filter { actor: Some(ben.user.email.to_string()), ..Filter::default() };
    assert_ne!(ana.user.org, ben.user.org);
    assert_eq!(found(&ana, foreign).await, []);
    let text = |text: &str| Filter { text: Some(text.into()), ..Filter::default() };
    let named = found(&ana, text(&action.to_uppercase())).await;
    assert!(named.iter().any(|entry| entry.action == action), "{named:?}");
    let name = ana.user.email.as_str().split('@').next().unwrap();
    assert!(found(&ana, text(name)).await.iter().any(|entry| entry.actor == of_ana));
    // Nothing of the text is a pattern.
    for nothing in ["%", "_%", "\\", "' OR 1=1 --"] {
        assert_eq!(found(&ana, text(nothing)).await, [], "{nothing}");
    }
    let refused = Filter { outcome: Some(cloister_audit::Outcome::Refused), ..Filter::default() };
    assert!(found(&ana, refused).await.iter().all(|entry| entry.check.is_some()));
    // That somebody searched is logged, not for whom.
    let last = study.app.store.read().find_entries(&Filter::default(), 1000).await.unwrap();
    let searched = last.iter().map(|row| String::from_utf8_lossy(&row.encoded).into_owned());
    let searched: Vec<String> = searched.filter(|entry| entry.contains("searched")).collect();
    assert!(!searched.is_empty() && !searched.iter().any(|entry| entry.contains("OR 1=1")));
}
