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
