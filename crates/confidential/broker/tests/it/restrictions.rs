//! Restricting statements hold at once, for good, and whatever is withheld.

use cloister_api::broker::Anchor;
use cloister_model::{Digest, RunPolicy};
use cloister_statement::{Envelope, predicate::*};

use crate::world::{Job, World, refused, unwire, wire};

type Restrict = fn(&World, &Job) -> (Envelope, Vec<Envelope>);

/// Who signs what, and which check then refuses the release although the statement is withheld from it.
const RESTRICTIONS: &[(&str, &str, Restrict)] = &[
    ("grant", "the grant revoked", |w, job| {
        let statement =
            w.ben.sign(Some(job.charter.digest()), w.now(), Revocation { grant: job.grant.digest() });
        (statement, w.statements(job))
    }),
    ("membership", "the author suspended", |w, job| {
        let body = Suspension { member: w.ana.digest(), charter: job.charter.digest() };
        (w.ana.sign(Some(job.charter.digest()), w.now(), body), w.statements(job))
    }),
    ("archive", "the workspace archived", |w, job| {
        let body = Archive { charter: job.charter.digest() };
        (w.ana.sign(Some(job.charter.digest()), w.now(), body), w.statements(job))
    }),
    ("approval", "the spec withdrawn", |w, job| {
        let body = Withdrawal { target: WithdrawalTarget::Spec(job.spec.digest()) };
        (w.ana.sign(Some(job.charter.digest()), w.now(), body), w.statements(job))
    }),
    ("approval", "the review withdrawn", |w, job| {
        let body = Withdrawal { target: WithdrawalTarget::Review(job.review.digest()) };
        (w.ben.sign(Some(job.charter.digest()), w.now(), body), w.statements(job))
    }),
    ("approval", "the spec rejected", |w, job| {
        (w.approval(&job.spec, job.charter.digest(), Decision::Reject), w.statements(job))
    }),
    ("manifest", "the dataset deleted", |w, job| {
        let dataset = w.manifest(1, None).dataset;
        (
            w.ben.sign(None, w.now(), DatasetDeletion { dataset, manifest: job.manifest.digest() }),
            w.statements(job),
        )
    }),
    ("manifest", "the manifest superseded", |w, job| {
        (w.ben.sign(None, w.now(), w.manifest(2, Some(job.manifest.digest()))), w.statements(job))
    }),
    ("membership", "the author's certificate revoked", |w, job| {
        let body = CertificateRevocation { certificate: w.ana.digest() };
        (w.ana.sign(None, w.now(), body), w.statements(job))
    }),
    ("charter", "a new charter in force", |w, job| {
        let mut next = w.charter();
        (next.version, next.previous, next.run) = (2, Some(job.charter.digest()), RunPolicy::CreatorOnly);
        let next = w.ana.sign(Some(job.charter.digest()), w.now(), next);
        let mut supporting = w.statements(job);
        let workspace = Some(job.charter.digest());
        supporting.push(w.ben.sign(workspace, w.now(), Acceptance { charter: next.digest() }));
        (next, supporting)
    }),
];

#[test]
fn each_restriction_is_acknowledged_holds_when_withheld_and_after_a_restart() {
    for (check, what, restrict) in RESTRICTIONS {
        let mut world = World::new();
        let job = world.job();
        let exchange = world.exchange(&job, 49);
        let record = world.release(&exchange).unwrap();
        let (statement, supporting) = restrict(&world, &job);
        let first = unwire(&world.restrict(&statement, &supporting).unwrap().acknowledgement);
        let read =
            first.open::<Acknowledgement>().unwrap().verify(&world.broker().identity().signing_key).unwrap();
        assert_eq!(read.body().statement, statement.digest());
        assert_eq!(read.body().state, world.broker().describe().unwrap().state, "{what}");
        // A release made before cannot get its keys any more.
        assert_eq!(refused(world.keys(&exchange, &record)), *check, "{what}: keys");
        assert_eq!(refused(world.release(&world.exchange(&job, 50))), *check, "{what}");
        world.restart();
        let again = unwire(&world.restrict(&statement, &supporting).unwrap().acknowledgement);
        assert_eq!(again, first, "{what}: the same acknowledgement again");
        assert_eq!(refused(world.release(&world.exchange(&job, 51))), *check, "{what}: after a restart");
    }
}

#[test]
fn statements_by_those_who_may_not_change_nothing() {
    let world = World::new();
    let job = world.job();
    let workspace = Some(job.charter.digest());
    let supporting = world.statements(&job);
    let now = world.now();
    let head = world.broker().describe().unwrap();
    let not_owner = world.ana.sign(workspace, now, Revocation { grant: job.grant.digest() });
    let not_admin = world.ben.sign(workspace, now, Archive { charter: job.charter.digest() });
    let suspension = Suspension { member: world.ana.digest(), charter: job.charter.digest() };
    let not_admin_either = world.ben.sign(workspace, now, suspension);
    let not_mine = world.ben.sign(None, now, CertificateRevocation { certificate: world.ana.digest() });
    for statement in [not_owner, not_admin, not_admin_either] {
        let got = refused(world.restrict(&statement, &supporting));
        assert!(!["accepted", "malformed"].contains(&got), "{:?}: {got}", statement.kind());
    }
    let harmless = refused(world.restrict(&job.review, &supporting));
    assert_eq!(harmless, "malformed", "an approval restricts nothing");
    assert_eq!(world.broker().describe().unwrap().state, head.state);
    // One recoverer alone ends no certificate: the author's still counts.
    let _ = world.restrict(&not_mine, &supporting);
    assert!(world.release(&world.exchange(&job, 50)).is_ok());
}

#[test]
fn a_charter_needs_every_member_and_this_broker() {
    let world = World::new();
    let now = world.now();
    let charter = world.ana.sign(None, now, world.charter());
    assert_eq!(refused(world.restrict(&charter, &world.certificates())), "charter", "Ben has not accepted");
    let mut foreign = world.charter();
    foreign.broker.configuration = Digest([1; 32]);
    let foreign = world.ana.sign(None, now, foreign);
    let mut supporting = world.certificates();
    supporting.push(world.ben.sign(Some(foreign.digest()), now, Acceptance { charter: foreign.digest() }));
    assert_eq!(refused(world.restrict(&foreign, &supporting)), "charter", "another configuration");
}

#[test]
fn an_old_or_another_state_is_found_out_by_the_newest_logged_record() {
    let mut world = World::new();
    let saved = tempfile::tempdir().unwrap();
    world.broker = None;
    std::fs::copy(world.state().join("broker.redb"), saved.path().join("old")).unwrap();
    world.open();
    world.broker().anchor(&Anchor { record: None }).unwrap();
    let job = world.job();
    let record = world.release(&world.exchange(&job, 50)).unwrap();
    let newest = Anchor { record: Some(wire(&record)) };
    world.restart();
    world.broker().anchor(&newest).unwrap();
    world.broker = None;
    std::fs::copy(saved.path().join("old"), world.state().join("broker.redb")).unwrap();
    world.open();
    assert_eq!(refused(world.broker().anchor(&newest)), "anchor", "the state is behind");
    let certificate = Anchor { record: Some(wire(world.ana.certificate.as_ref().unwrap())) };
    world.broker().anchor(&certificate).unwrap();
    assert_eq!(refused(world.broker().anchor(&newest)), "anchor", "and not talked out of it");
    let foreign = Anchor { record: Some(wire(&job.review)) };
    assert_eq!(refused(world.broker().anchor(&foreign)), "malformed", "a member's statement anchors nothing");
    let hello = cloister_api::broker::Hello { run: job.run, spec: job.spec.digest(), tee: "sim".into() };
    assert_eq!(refused(world.broker().challenge(&hello)), "unavailable", "no service before it is anchored");
    // The old state goes on by another way: its chain has the number, but not the head.
    world.broker().anchor(&Anchor { record: None }).unwrap();
    for _ in 0..3 {
        world.clock.forward(1);
        world.job();
    }
    world.restart();
    assert_eq!(refused(world.broker().anchor(&newest)), "anchor", "the state is another one");
}

#[test]
fn a_second_broker_on_the_same_state_is_refused() {
    let mut world = World::new();
    let Err(error) = world.try_open() else { panic!("two writers") };
    assert!(error.to_string().contains("another broker already uses the state"), "{error}");
}
