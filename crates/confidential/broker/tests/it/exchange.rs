//! Hello to keys, and every way it must fail.

use std::collections::BTreeSet;

use cloister_api::broker::{KeysRequest, Renewal};
use cloister_model::{Digest, Duration, RunId};
use cloister_statement::{
    Envelope,
    binary::length_prefixed,
    predicate::*,
    seal::{Sealed, open_released, release_aad},
};
use uuid::Uuid;

use crate::world::{DATA_KEY, Exchange, Job, World, logged, refused, unwire, wire, wires};

fn renewal(exchange: &Exchange, run: RunId, counter: u64) -> Renewal {
    let message = length_prefixed(&[
        b"cloister/renew/v1",
        run.to_string().as_bytes(),
        exchange.session.as_bytes(),
        &counter.to_be_bytes(),
    ]);
    let signature = hex::encode(exchange.signing.sign(&message));
    Renewal { session: exchange.session, signature, counter }
}

#[test]
fn a_genuine_worker_gets_the_key_renews_and_closes() {
    let world = World::new();
    let job = world.job();
    let exchange = world.exchange(&job, 50);
    let record = world.release(&exchange).unwrap();
    let verified =
        record.open::<ReleaseRecord>().unwrap().verify(&world.broker().identity().signing_key).unwrap();
    assert_eq!((verified.body().count, verified.body().attempt), (1, 1));
    assert_eq!(verified.body().challenge, exchange.challenge.digest());
    assert_eq!(verified.body().sequence, world.broker().describe().unwrap().sequence);
    assert_eq!(verified.body().state, world.broker().describe().unwrap().state);
    let manifest = job.manifest.digest();
    for _ in 0..2 {
        let keys = world.keys(&exchange, &record).unwrap();
        let sealed: Sealed = serde_json::from_value(keys.keys[&manifest].clone()).unwrap();
        let aad = release_aad(&exchange.transcript.report_data(), &record.digest(), &manifest);
        assert_eq!(*open_released(&exchange.sealing, &aad, &sealed).unwrap(), DATA_KEY);
    }
    world.clock.forward(60);
    let broker = world.broker();
    broker.renew(job.run, &renewal(&exchange, job.run, 1)).unwrap();
    assert_eq!(
        refused(broker.renew(job.run, &renewal(&exchange, job.run, 1))),
        "session",
        "a counter counts once"
    );
    let mut forged = renewal(&exchange, job.run, 9);
    forged.counter = 10;
    assert_eq!(refused(broker.renew(job.run, &forged)), "session", "the signature is over the counter");
    let closing = world.receipt(&job, &exchange, &record);
    assert_eq!(refused(broker.receipt(job.run)), "absent");
    broker.close(job.run, &closing).unwrap();
    broker.close(job.run, &closing).unwrap();
    assert_eq!(unwire(&broker.receipt(job.run).unwrap().receipt), unwire(&closing.receipt));
    world.clock.forward(1);
    assert_eq!(
        refused(broker.close(job.run, &world.receipt(&job, &exchange, &record))),
        "receipt",
        "another receipt"
    );
    assert_eq!(
        refused(broker.renew(job.run, &renewal(&exchange, job.run, 20))),
        "counter",
        "the run is closed"
    );
    assert_eq!(refused(world.release(&world.exchange(&job, 51))), "counter", "a closed run is not repeated");
}

type Change = fn(&World, &mut Job, &mut Exchange);

/// Attacks on one exchange: what is changed after a genuine worker has prepared its proof, and who must refuse.
const ATTACKS: &[(&str, &str, Change)] = &[
    ("transcript", "another signing key", |_, _, x| x.proof.signing_key = Digest([9; 32])),
    ("transcript", "another sealing key", |_, _, x| x.proof.sealing_key = Digest([9; 32])),
    ("transcript", "another environment", |_, _, x| x.proof.environment = Digest([9; 32])),
    ("transcript", "empty report data", |w, _, x| x.proof.evidence = w.evidence([0; 64], b"worker")),
    ("transcript", "another challenge's evidence", |w, job, x| {
        x.proof.evidence = w.exchange(job, 60).proof.evidence;
    }),
    ("measurement", "one byte of the worker changed", |w, _, x| {
        x.proof.evidence = w.evidence(x.transcript.report_data(), b"workeR");
    }),
    ("chain", "evidence under another root", |w, _, x| {
        let other = World::bare();
        x.proof.evidence = other.evidence(x.transcript.report_data(), b"worker");
        assert_ne!(other.root, w.root);
    }),
    ("session", "the challenge has expired", |w, _, _| w.clock.forward(61)),
    ("session", "a session that never was", |_, _, x| x.session = Digest([1; 32])),
    ("signature", "a statement signed by a key outside", |w, job, x| {
        let stranger = cloister_statement::SigningKey::from_seed(&[99; 32]);
        let predicate = job.review.open::<Review>().unwrap().predicate().clone();
        drop_and_add(
            x,
            &w.statements(job),
            &job.review,
            cloister_statement::sign(&stranger, &predicate).unwrap(),
        );
    }),
    ("charter", "the acceptance withheld", |w, job, x| drop_one(x, &w.statements(job), &job.acceptance)),
    ("manifest", "the manifest withheld", |w, job, x| drop_one(x, &w.statements(job), &job.manifest)),
    ("grant", "the grant withheld", |w, job, x| drop_one(x, &w.statements(job), &job.grant)),
    ("grant", "the key withheld", |_, _, x| x.proof.sealed_keys.clear()),
    ("approval", "the review withheld", |w, job, x| drop_one(x, &w.statements(job), &job.review)),
    ("approval", "a review of another spec", |w, job, x| {
        let mut other = w.spec(job.charter.digest(), job.manifest.digest());
        other.source = "select 1".into();
        let other = w.ana.sign(Some(job.charter.digest()), w.now(), other);
        let review = w.approval(&other, job.charter.digest(), Decision::Approve);
        drop_and_add(x, &w.statements(job), &job.review, review);
    }),
    ("run_policy", "the run request withheld", |w, job, x| drop_one(x, &w.statements(job), &job.request)),
    ("run_policy", "a run request of another run", |w, job, x| {
        let other = w.run_request(RunId(Uuid::from_u128(4321)), &job.spec, job.charter.digest());
        drop_and_add(x, &w.statements(job), &job.request, other);
    }),
];

fn drop_one(x: &mut Exchange, all: &[Envelope], gone: &Envelope) {
    let kept: Vec<_> = all.iter().filter(|s| s.digest() != gone.digest()).cloned().collect();
    assert_eq!(kept.len() + 1, all.len());
    x.proof.statements = wires(&kept);
}

fn drop_and_add(x: &mut Exchange, all: &[Envelope], gone: &Envelope, more: Envelope) {
    drop_one(x, all, gone);
    x.proof.statements.push(wire(&more));
}

#[test]
fn every_attack_is_refused_by_the_check_it_attacks() {
    let world = World::new();
    let mut job = world.job();
    for (check, what, change) in ATTACKS {
        let mut exchange = world.exchange(&job, 50);
        change(&world, &mut job, &mut exchange);
        assert_eq!(refused(world.release(&exchange)), *check, "{what}");
    }
    assert!(world.release(&world.exchange(&job, 50)).is_ok(), "no attack used up a run");
}

#[test]
fn a_session_counts_once_in_sequence_in_parallel_and_after_a_restart() {
    let mut world = World::new();
    let job = world.job();
    let mut exchange = world.exchange(&job, 50);
    let genuine = exchange.proof.signing_key;
    exchange.proof.signing_key = Digest([9; 32]);
    assert_eq!(refused(world.release(&exchange)), "transcript");
    exchange.proof.signing_key = genuine;
    assert_eq!(refused(world.release(&exchange)), "session", "a failure uses the session up too");

    let exchange = world.exchange(&job, 51);
    let results: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..8).map(|_| scope.spawn(|| refused(world.release(&exchange)))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|r| **r == "accepted").count(), 1, "{results:?}");
    assert_eq!(results.iter().filter(|r| **r == "session").count(), 7, "{results:?}");

    let waiting = world.exchange(&job, 52);
    world.restart();
    for replayed in [&exchange, &waiting] {
        assert_eq!(refused(world.release(replayed)), "session", "after a restart");
    }
}

#[test]
fn parallel_releases_of_one_run_give_the_keys_to_one() {
    let world = World::new();
    let job = world.job();
    let exchanges: Vec<_> = (0..6).map(|n| world.exchange(&job, 60 + n)).collect();
    let records: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = exchanges.iter().map(|x| (x, scope.spawn(|| world.release(x)))).collect();
        runs.into_iter().map(|(x, run)| (x, run.join().unwrap())).collect()
    });
    let won: Vec<_> = records.iter().filter_map(|(x, r)| r.as_ref().ok().map(|r| (*x, r))).collect();
    assert_eq!(won.len(), 2, "the run and its one repeat");
    let keys: Vec<_> = won.iter().filter(|(x, record)| world.keys(x, record).is_ok()).collect();
    assert_eq!(keys.len(), 1, "only the later session may hold keys");
    let counts: BTreeSet<_> =
        won.iter().map(|(_, r)| r.open::<ReleaseRecord>().unwrap().predicate().body.count).collect();
    assert_eq!(counts, BTreeSet::from([1]), "both are one use of the spec");
}

#[test]
fn a_repeat_waits_for_the_lease_needs_the_same_statements_and_counts_once() {
    let mut world = World::new();
    let job = world.job();
    let first = world.exchange(&job, 50);
    let record = world.release(&first).unwrap();
    world.keys(&first, &record).unwrap();
    assert_eq!(refused(world.release(&world.exchange(&job, 51))), "unavailable", "the lease still runs");
    world.clock.forward(121);
    assert_eq!(
        refused(world.broker().renew(job.run, &renewal(&first, job.run, 1))),
        "session",
        "the lease has run out"
    );
    let mut other = world.exchange(&job, 52);
    let review = world.approval(&job.spec, job.charter.digest(), Decision::Approve);
    assert_ne!(review.digest(), job.review.digest());
    let statements = world.statements(&job);
    drop_and_add(&mut other, &statements, &job.review, review);
    assert_eq!(refused(world.release(&other)), "counter", "other statements");
    world.restart();
    let second = world.exchange(&job, 53);
    let repeat = world.release(&second).unwrap();
    let body = repeat.open::<ReleaseRecord>().unwrap().predicate().body.clone();
    assert_eq!((body.count, body.attempt), (1, 2));
    assert_eq!(refused(world.keys(&first, &record)), "absent", "the first session gave way");
    assert_eq!(refused(world.release(&world.exchange(&job, 54))), "counter", "a third release");
}

#[test]
fn a_lost_answer_is_given_again_to_its_session_and_reserves_nothing() {
    let mut world = World::new();
    let job = world.job();
    let again = |world: &World, exchange: &Exchange| {
        world.broker().record(exchange.session).map(|released| unwire(&released.record))
    };
    let exchange = world.exchange(&job, 50);
    let record = world.release(&exchange).unwrap();
    let before = world.broker().describe().unwrap();
    for _ in 0..3 {
        assert_eq!(again(&world, &exchange).unwrap().to_json(), record.to_json(), "the same bytes");
    }
    assert_eq!(world.broker().describe().unwrap(), before, "nothing was reserved");
    assert_eq!(refused(world.release(&exchange)), "session", "evidence still counts once");
    world.keys(&exchange, &again(&world, &exchange).unwrap()).unwrap();

    // A challenge whose record is asked for before its proof came is over: the proof comes too late.
    let unproven = world.exchange(&job, 51);
    assert_eq!(refused(again(&world, &unproven)), "absent");
    assert_eq!(refused(world.release(&unproven)), "session");

    world.clock.forward(121);
    let second = world.exchange(&job, 52);
    let repeat = world.release(&second).unwrap();
    let body = repeat.open::<ReleaseRecord>().unwrap().predicate().body.clone();
    assert_eq!((body.count, body.attempt), (1, 2), "all the asking cost no release");
    assert_eq!(refused(again(&world, &exchange)), "absent", "the first session gave way");
    assert_eq!(again(&world, &second).unwrap().digest(), repeat.digest());
    world.broker().close(job.run, &world.receipt(&job, &second, &repeat)).unwrap();
    assert_eq!(refused(again(&world, &second)), "absent", "a closed run");
    world.restart();
    assert_eq!(refused(again(&world, &second)), "absent", "a restart forgets the keys and their sessions");
}

#[test]
fn time_never_goes_back_and_a_lease_neither_sticks_nor_ends_by_a_clock_that_does() {
    const HOURS: i64 = 5 * 3_600;
    let mut world = World::new();
    let job = world.job();
    let first = world.exchange(&job, 50);
    let record = world.release(&first).unwrap();
    world.keys(&first, &record).unwrap();
    let issued = |exchange: &Exchange| exchange.challenge.open::<Challenge>().unwrap().predicate().issued_at;
    let latest = issued(&first);
    world.clock.forward(-HOURS);
    assert!(issued(&world.exchange(&job, 51)) >= latest, "the mark stands");
    assert_eq!(refused(world.release(&world.exchange(&job, 51))), "unavailable", "the keys are still leased");
    world.broker().renew(job.run, &renewal(&first, job.run, 1)).unwrap();
    world.restart();
    assert!(issued(&world.exchange(&job, 52)) >= latest, "also over a restart");
    assert_eq!(refused(world.release(&world.exchange(&job, 52))), "unavailable");
    world.clock.forward(HOURS + 121);
    let repeat = world.release(&world.exchange(&job, 53)).unwrap();
    assert_eq!(repeat.open::<ReleaseRecord>().unwrap().predicate().body.attempt, 2, "the lease has run out");
}

#[test]
fn max_runs_is_counted_over_restarts() {
    let mut world = World::new();
    let mut job = world.job();
    for (run, expected) in [(1, "accepted"), (2, "accepted"), (3, "counter")] {
        job.run = RunId(Uuid::from_u128(100 + run));
        job.request = world.run_request(job.run, &job.spec, job.charter.digest());
        assert_eq!(refused(world.release(&world.exchange(&job, 50))), expected, "run {run}");
        world.restart();
    }
}

#[test]
fn keys_are_given_only_for_a_record_in_the_log() {
    let world = World::new();
    let job = world.job();
    let exchange = world.exchange(&job, 50);
    let record = world.release(&exchange).unwrap();
    let ask = |inclusion| refused(world.broker().keys(exchange.session, &KeysRequest { inclusion }));
    assert_eq!(ask(logged(Digest([7; 32]), &[9; 32])), "inclusion", "another statement's entry");
    assert_eq!(ask(logged(record.digest(), &[1; 32])), "inclusion", "another log's key");
    let mut forged = logged(record.digest(), &[9; 32]);
    forged["proof"]["index"] = 0.into();
    assert_eq!(ask(forged), "inclusion", "another place");
    assert_eq!(ask(serde_json::json!({})), "malformed");
    assert_eq!(ask(logged(record.digest(), &[9; 32])), "accepted");
}

#[test]
fn a_challenge_needs_a_known_tee_and_lasts_a_minute() {
    let world = World::new();
    let job = world.job();
    let hello =
        |tee: &str| cloister_api::broker::Hello { run: job.run, spec: job.spec.digest(), tee: tee.into() };
    assert_eq!(refused(world.broker().challenge(&hello("toaster"))), "malformed");
    let challenge = unwire(&world.broker().challenge(&hello("snp")).unwrap().challenge);
    let body = challenge.open::<Challenge>().unwrap().predicate().clone();
    assert_eq!(body.body.expires, body.issued_at.plus(Duration::seconds(60)));
    let announced = world.answer(&job, challenge, 50, b"worker");
    assert_eq!(
        refused(world.release(&announced)),
        "chain",
        "simulated evidence where hardware was announced"
    );
}
