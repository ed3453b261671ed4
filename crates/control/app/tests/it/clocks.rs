//! A clock that jumps by hours, back and forward: nothing is lost, nothing sticks, nothing is done twice.

use cloister_app::{
    idempotency::{Keyed, Known, within},
    people::{administration::HostOperator, sso::DeviceState},
    restrict::Standing,
    work::grounds::wire,
};
use cloister_authz::Actor;
use cloister_model::{Duration, states::RunState};
use cloister_verify::testing::World;

use crate::study::{Study, edits, kind};

const HOURS: i64 = 5 * 3_600;
/// The request of the run is good for an hour.
const NEARLY_AN_HOUR: i64 = 55 * 60;

#[tokio::test]
async fn a_runs_lease_neither_sticks_nor_doubles() {
    // Nobody renews: after a jump back, the run is not held for hours. (To before it was asked for, it would be refused by
    // `run_policy`: a request from the future.)
    let study = Study::queued(edits()).await;
    study.wait(NEARLY_AN_HOUR);
    let first = study.lease("one", true).await.unwrap();
    study.wait(-NEARLY_AN_HOUR);
    let second = study.lease("two", true).await.unwrap();
    assert_eq!(second.fence, first.fence + 1);
    let progress = |fence| study.app.run_progress(&Actor::Worker, (first.row.id, fence), "reading", None);
    assert_eq!(kind(progress(first.fence).await), "conflict", "the first writes nothing any more");
    assert_eq!(kind(progress(second.fence).await), "done");

    // The worker lives: its next sign of life dates the lease anew, in both directions.
    for jump in [-NEARLY_AN_HOUR, NEARLY_AN_HOUR, -3, 3] {
        let study = Study::queued(edits()).await;
        study.wait(if jump < 0 { NEARLY_AN_HOUR } else { 0 });
        let held = study.lease("one", true).await.unwrap();
        study.wait(jump);
        let lease = (held.row.id, held.fence);
        assert!(!study.app.run_progress(&Actor::Worker, lease, "reading", None).await.unwrap(), "{jump}");
        assert!(study.lease("two", true).await.is_none(), "{jump}: one worker a run");
        study.wait(31);
        assert!(study.lease("two", true).await.is_some(), "{jump}: it lapses as ever");
    }
    let study = Study::queued(edits()).await;
    study.wait(NEARLY_AN_HOUR);
    study.lease("one", true).await.unwrap();
    study.wait(-3);
    assert!(study.lease("two", true).await.is_none(), "a small correction ends no lease");
}

#[tokio::test]
async fn a_queued_statement_is_piped_although_its_retry_lies_hours_ahead() {
    let study = Study::pending().await;
    study.broker.be_there(false);
    let refusal = cloister_statement::predicate::Refusal { charter: study.workspace() };
    let refusal = wire(&study.world.ben.sign(Some(study.workspace()), refusal));
    let (_, standing) = study.app.decline(&study.ben, study.workspace(), &refusal).await.unwrap();
    assert!(matches!(standing, Standing::Pending));
    study.wait(-HOURS);
    study.broker.be_there(true);
    let (_, standing) = study.app.decline(&study.ben, study.workspace(), &refusal).await.unwrap();
    assert!(matches!(standing, Standing::InForce(_)), "the job was due at once");
    assert_eq!(study.logged("workspace.answer").await, 1);
}

#[tokio::test]
async fn the_sequencer_is_found_dead_after_a_jump_and_two_are_told_apart_by_their_fences() {
    let study = Study::active(edits()).await;
    let (store, log) = (&study.app.store, &study.app.log);
    let take = async |holder: &str| {
        let tx = store.write().await.unwrap();
        let taken = tx.take_lease("test", holder, study.app.now(), Duration::seconds(30)).await.unwrap();
        tx.commit().await.unwrap();
        taken
    };
    let first = take("one").await.unwrap();
    study.wait(-3);
    assert!(take("two").await.is_none(), "a small correction ends no lease");
    study.wait(-HOURS);
    let second = take("two").await.unwrap();
    assert_eq!(second.fence, first.fence + 1);
    let tx = store.write().await.unwrap();
    for (lease, live) in [(&first, false), (&second, true)] {
        assert_eq!(tx.renew_lease(lease, study.app.now(), Duration::seconds(30)).await.unwrap(), live);
    }
    drop(tx);
    // The log itself goes on through both jumps.
    for jump in [-HOURS, 2 * HOURS] {
        study.wait(jump);
        study.draft(&format!("draft{jump}")).await;
        let size = i64::try_from(study.logged("job.create").await).unwrap();
        log.wait_for(size).await.unwrap();
    }
}

async fn begin(study: &Study, keyed: &Keyed) -> Known {
    study.app.begin_request(keyed).await.unwrap()
}

#[tokio::test]
async fn a_repeated_request_is_carried_out_once_whatever_the_clock_does() {
    for jump in [-HOURS, HOURS, 25 * 3_600] {
        let study = Study::active(edits()).await;
        let keyed = Keyed::new("session", "POST /x", "key", b"{}");
        let Known::Fresh(first) = begin(&study, &keyed).await else { panic!("it is new") };
        assert_eq!(begin(&study, &keyed).await, Known::InProgress);
        study.wait(jump);
        // As if its server had died: it begins anew, and the first attempt, which still lives, commits nothing.
        let Known::Fresh(second) = begin(&study, &keyed).await else { panic!("it stuck after {jump}") };
        let draft = |name: &str| {
            study.app.create_job(&study.ana, study.workspace(), name.parse().unwrap(), "{}".into())
        };
        assert_eq!(kind(within(first, draft("first")).await), "unavailable", "{jump}");
        within(second, draft("second")).await.unwrap();
        assert_eq!(study.logged("job.create").await, 1, "{jump}");
        study.app.end_request(&keyed, Some((201, b"made"))).await.unwrap();
        for hours in [23, -40] {
            study.wait(hours * 3_600);
            assert!(matches!(begin(&study, &keyed).await, Known::Answered(201, _)), "{jump} {hours}");
        }
        study.wait(42 * 3_600);
        assert!(matches!(begin(&study, &keyed).await, Known::Fresh(_)), "kept for 24 hours");
    }
}

#[tokio::test]
async fn sessions_and_codes_end_by_the_clock_and_come_back_with_it() {
    let study = Study::of(World::edited(&edits())).await;
    let app = &study.app;
    let operator = HostOperator {
        store: &app.store,
        clock: app.clock.as_ref(),
        rng: app.rng.as_ref(),
        passwords: app.passwords,
    };
    let password = "correct horse battery staple 7".to_owned();
    let wanted = cloister_app::people::administration::Wanted {
        email: "eve@example.org".parse().unwrap(),
        org: "ana hospital".parse().unwrap(),
        password: Some(password.clone()),
        roles: cloister_model::Roles(std::collections::BTreeSet::default()),
    };
    let (user, _) = operator.add_user(wanted).await.unwrap();
    let signed = app.sign_in(&user.email, password.clone()).await.unwrap();
    let device = app.ask_device().await.unwrap();
    for (jump, session, code) in [
        (-HOURS, "done", true),
        (HOURS, "done", true),
        (13 * 3_600, "expired", false),
        (-13 * 3_600, "done", true),
    ] {
        study.wait(jump);
        assert_eq!(kind(app.identify(&signed.token).await), session, "{jump}");
        assert_eq!(app.device_waits(&device.code).await.unwrap(), code, "{jump}");
        study.wait(3);
        let state = app.poll_device(&device.device).await.unwrap();
        let pending = matches!(state, DeviceState::Pending | DeviceState::SlowDown);
        assert_eq!(pending, code, "{jump}");
        // Whoever was signed out signs in again.
        let again = app.sign_in(&user.email, password.clone()).await.unwrap();
        assert_eq!(kind(app.identify(&again.token).await), "done", "{jump}");
    }
    // Asked too fast only until the clock moves on from where it is now.
    study.wait(-HOURS);
    let _ = app.poll_device(&device.device).await.unwrap();
    study.wait(3);
    assert!(matches!(app.poll_device(&device.device).await.unwrap(), DeviceState::Pending));
}

#[tokio::test]
async fn invitations_are_answered_after_a_jump() {
    for jump in [HOURS, 20 * 24 * 3_600] {
        let study = Study::pending().await;
        study.wait(jump);
        let acceptance = wire(&study.world.acceptance);
        let (_, standing) = study.app.accept(&study.ben, study.workspace(), &acceptance).await.unwrap();
        assert!(matches!(standing, Standing::InForce(_)), "{jump}");
    }
    let study = Study::queued(edits()).await;
    study.wait(-60);
    assert_eq!(study.app.show_run(&study.ana, study.world.run).await.unwrap().row.state, RunState::Queued);
}
