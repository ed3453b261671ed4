//! Attacks on a run: each changed field is signed anew, and the check that refuses is named.

use cloister_model::{ApprovalPolicy, Assurance, Digest, Duration, IdentityStrength, RunPolicy};
use cloister_statement::predicate::{
    Archive, CertificateRevocation, Channel, DatasetDeletion, Decision, Pin, Review, Revocation, Suspension,
    Withdrawal, WithdrawalTarget,
};

use crate::{
    Check, Marks, Person,
    exchange::Session,
    marks::{Highest, RunMark},
    testing::{Edits, NOW, World, member},
};

#[test]
fn the_honest_run_is_cleared_with_every_statement_it_used() {
    let world = World::new();
    let cleared = world.check().unwrap();
    assert_eq!(cleared.count.count, 1);
    assert_eq!(cleared.assurance, Assurance::Simulated);
    let mut all: Vec<_> = world.statements().iter().map(cloister_statement::Envelope::digest).collect();
    all.sort_unstable();
    assert_eq!(cleared.statements.into_iter().collect::<Vec<_>>(), all);
    assert_eq!(cleared.manifests.len(), 2);
}

#[test]
fn a_changed_and_signed_body_is_refused_by_its_check() {
    let e = Edits::default;
    let cases: Vec<(&str, Edits, Check)> = vec![
        ("another run", Edits { challenge: |c| c.run.0 = uuid::Uuid::nil(), ..e() }, Check::Session),
        ("another spec", Edits { challenge: |c| c.spec = Digest([0; 32]), ..e() }, Check::Session),
        ("another broker", Edits { challenge: |c| c.broker = Digest([0; 32]), ..e() }, Check::Session),
        ("expired", Edits { challenge: |c| c.expires = NOW, ..e() }, Check::Session),
        (
            "too long",
            Edits { challenge: |c| c.expires = NOW.plus(Duration::seconds(61)), ..e() },
            Check::Session,
        ),
        ("transcript challenge", Edits { transcript: |t| t.challenge[0] ^= 1, ..e() }, Check::Transcript),
        ("transcript run", Edits { transcript: |t| t.run.0 = uuid::Uuid::nil(), ..e() }, Check::Transcript),
        ("transcript spec", Edits { transcript: |t| t.spec = Digest([0; 32]), ..e() }, Check::Transcript),
        (
            "transcript environment",
            Edits { transcript: |t| t.environment = Digest([0; 32]), ..e() },
            Check::Transcript,
        ),
        (
            "transcript signing key",
            Edits { transcript: |t| t.signing_key = Digest([0; 32]), ..e() },
            Check::Transcript,
        ),
        (
            "transcript sealing key",
            Edits { transcript: |t| t.sealing_key = Digest([0; 32]), ..e() },
            Check::Transcript,
        ),
        ("spec environment", Edits { spec: |s| s.environment = Digest([0; 32]), ..e() }, Check::Transcript),
        ("charter nonce", Edits { charter: |c| c.nonce = "x".into(), ..e() }, Check::Charter),
        (
            "charter names another broker",
            Edits { charter: |c| c.broker.signing_key = Digest([0; 32]), ..e() },
            Check::Charter,
        ),
        (
            "charter, hostile configuration",
            Edits { charter: |c| c.broker.configuration = Digest([0; 32]), ..e() },
            Check::Charter,
        ),
        (
            "charter demands sso",
            Edits { charter: |c| c.minimum_identity = IdentityStrength::Sso, ..e() },
            Check::Membership,
        ),
        (
            "expired member",
            Edits { certificate: |c| c.not_after = NOW.plus(Duration::seconds(1)), ..e() },
            Check::Grant,
        ),
        ("console member", Edits { certificate: |c| c.channel = Channel::Console, ..e() }, Check::Grant),
        (
            "reader no member",
            Edits { spec: |s| s.readers = [Digest([0; 32])].into(), ..e() },
            Check::Membership,
        ),
        ("manifest without file", Edits { manifest: |m| m.files.clear(), ..e() }, Check::Manifest),
        ("rules expired", Edits { manifest: |m| m.rules.expires = Some(NOW), ..e() }, Check::Manifest),
        (
            "no sql",
            Edits { manifest: |m| m.rules.uses = [cloister_model::rules::Use::Python].into(), ..e() },
            Check::Manifest,
        ),
        (
            "dataset not brought",
            Edits { spec: |s| s.tables.values_mut().for_each(|d| d.0[0] ^= 1), ..e() },
            Check::Manifest,
        ),
        ("grant of another manifest", Edits { grant: |g| g.manifest.0[0] ^= 1, ..e() }, Check::Grant),
        (
            "grant pinned elsewhere",
            Edits { grant: |g| g.pin = Pin::Charter(Digest([0; 32])), ..e() },
            Check::Grant,
        ),
        ("grant expired", Edits { grant: |g| g.expires = Some(NOW), ..e() }, Check::Grant),
        ("grant not renewed", Edits { grant: |g| g.renew_within = Some(0), ..e() }, Check::Grant),
        ("review of another spec", Edits { review: |r| r.spec.0[0] ^= 1, ..e() }, Check::Approval),
        ("review under a strange charter", Edits { review: |r| r.charter.0[0] ^= 1, ..e() }, Check::Approval),
        ("review expired", Edits { review: |r| r.expires = Some(NOW), ..e() }, Check::Approval),
        (
            "rejected",
            Edits {
                review: |r| {
                    r.decision = Decision::Reject;
                    r.comment = Some("no".into());
                },
                ..e()
            },
            Check::Approval,
        ),
        ("spec run out", Edits { spec: |s| s.valid_until = Some(NOW), ..e() }, Check::Approval),
        ("test spec", Edits { spec: |s| s.test = true, ..e() }, Check::Approval),
        ("no runs", Edits { spec: |s| s.max_runs = 0, ..e() }, Check::Approval),
        ("spec under a strange charter", Edits { spec: |s| s.charter.0[0] ^= 1, ..e() }, Check::Approval),
        (
            "request of another run",
            Edits { request: |r| r.run.0 = uuid::Uuid::nil(), ..e() },
            Check::RunPolicy,
        ),
        (
            "request under a strange charter",
            Edits { request: |r| r.charter.0[0] ^= 1, ..e() },
            Check::RunPolicy,
        ),
        (
            "request too long",
            Edits { request: |r| r.not_after = NOW.plus(Duration::hours(25)), ..e() },
            Check::RunPolicy,
        ),
        ("request over", Edits { request: |r| r.not_after = NOW, ..e() }, Check::RunPolicy),
        (
            "unknown input",
            Edits {
                request: |r| {
                    r.inputs.insert("x".parse().unwrap(), cloister_model::variables::Value::Integer(1));
                },
                ..e()
            },
            Check::Inputs,
        ),
        ("charter hardware", Edits { charter: |c| c.floor = Assurance::Hardware, ..e() }, Check::Assurance),
        ("manifest hardware", Edits { manifest: |m| m.floor = Assurance::Hardware, ..e() }, Check::Assurance),
        ("grant hardware", Edits { grant: |g| g.allow_simulated = false, ..e() }, Check::Assurance),
    ];
    for (what, edits, check) in cases {
        let now = if what == "expired member" { NOW.plus(Duration::seconds(2)) } else { NOW };
        let got = World::edited(&edits).check_with(&[], &Marks::default(), now);
        assert_eq!(got.map(|_| ()).map_err(|r| r.check), Err(check), "{what}");
    }
}

#[test]
fn a_run_policy_keeps_others_from_running() {
    let edits = Edits {
        charter: |c| {
            let ben = *c.members.iter().find(|m| !c.administrators.contains(*m)).unwrap();
            c.run = RunPolicy::Named { members: [ben].into() };
        },
        ..Edits::default()
    };
    assert_eq!(World::edited(&edits).check().unwrap_err().check, Check::RunPolicy);
    let edits = Edits { charter: |c| c.run = RunPolicy::CreatorOnly, ..Edits::default() };
    assert!(World::edited(&edits).check().is_ok());
}

#[test]
fn groups_need_their_own_threshold() {
    let edits = Edits {
        charter: |c| {
            let group = |name: &str, threshold| cloister_model::ApprovalGroup {
                name: name.into(),
                threshold,
                members: c.members.clone(),
            };
            c.approval = ApprovalPolicy::Groups { groups: vec![group("a", 1), group("b", 2)] };
        },
        ..Edits::default()
    };
    let world = World::edited(&edits);
    assert!(world.check().is_ok());
    let edits = Edits { review: |r| r.expires = Some(NOW), ..edits };
    let refused = World::edited(&edits).check().unwrap_err();
    assert_eq!((refused.check, refused.reason.contains("`b` has 1 of 2")), (Check::Approval, true));
}

#[test]
fn restricting_statements_in_the_dossier_refuse() {
    let world = World::new();
    let (ws, charter) = (world.workspace(), world.charter.digest());
    let newer = |edit: fn(&mut cloister_statement::predicate::Manifest)| {
        let mut body = world.manifests[0]
            .open::<cloister_statement::predicate::Manifest>()
            .unwrap()
            .predicate()
            .body
            .clone();
        edit(&mut body);
        body.previous = Some(world.manifests[0].digest());
        body
    };
    let dataset = newer(|_| {}).dataset;
    let rejection = Review {
        spec: world.spec.digest(),
        charter,
        decision: Decision::Reject,
        comment: Some("no".into()),
        expires: None,
    };
    let cases = [
        (
            "suspended runner",
            world.ana.sign(ws, Suspension { member: world.ana.id(), charter }),
            Check::Membership,
        ),
        ("suspended owner", world.ana.sign(ws, Suspension { member: world.ben.id(), charter }), Check::Grant),
        ("revoked grant", world.ben.sign(ws, Revocation { grant: world.grants[1].digest() }), Check::Grant),
        (
            "withdrawn spec",
            world.ana.sign(ws, Withdrawal { target: WithdrawalTarget::Spec(world.spec.digest()) }),
            Check::Approval,
        ),
        (
            "withdrawn review",
            world.ben.sign(ws, Withdrawal { target: WithdrawalTarget::Review(world.review.digest()) }),
            Check::Approval,
        ),
        ("rejected", world.ben.sign(ws, rejection), Check::Approval),
        ("archived", world.ana.sign(ws, Archive { charter }), Check::Archive),
        ("superseded", world.ana.sign(None, newer(|m| m.sequence = 2)), Check::Manifest),
        (
            "deleted",
            world.ana.sign(None, DatasetDeletion { dataset, manifest: world.manifests[0].digest() }),
            Check::Manifest,
        ),
        (
            "revoked certificate",
            world.ana.sign(None, CertificateRevocation { certificate: world.ana.id() }),
            Check::Membership,
        ),
    ];
    for (what, statement, check) in cases {
        let got = world.check_with(&[statement], &Marks::default(), NOW);
        assert_eq!(got.map(|_| ()).map_err(|r| r.check), Err(check), "{what}");
    }
}

#[test]
fn strangers_statements_change_nothing_or_are_refused() {
    let world = World::new();
    let (ws, charter) = (world.workspace(), world.charter.digest());
    // Ben is no administrator: his suspension and archive do not count; a stranger's statement does not verify.
    let more = [
        world.ben.sign(ws, Suspension { member: world.ana.id(), charter }),
        world.ben.sign(ws, Archive { charter }),
        world.ben.sign(ws, Revocation { grant: world.grants[0].digest() }),
    ];
    assert!(world.check_with(&more, &Marks::default(), NOW).is_ok());
    let rogue = cloister_statement::SigningKey::from_seed(&[77; 32]);
    let forged = member(&rogue, &world.rng, "ana", |_| {});
    let refused = world.check_with(&[forged.certificate], &Marks::default(), NOW).unwrap_err();
    assert_eq!(refused.check, Check::Signature);
}

#[test]
fn marks_refuse_what_was_withheld() {
    let world = World::new();
    let ws = world.charter.digest();
    let person = Person { issuer: "local".into(), subject: "ana".into() };
    let dataset = world.manifests[0]
        .open::<cloister_statement::predicate::Manifest>()
        .unwrap()
        .predicate()
        .body
        .dataset;
    let high = |version| Highest { version, digest: Digest([1; 32]) };
    let run = |spec, statements: std::collections::BTreeSet<Digest>, releases, closed| RunMark {
        spec,
        statements,
        count: 1,
        releases,
        closed,
    };
    let used = world.check().unwrap().statements;
    type Mark<'a> = Box<dyn Fn(&mut Marks) + 'a>;
    let cases: Vec<(&str, Mark<'_>, Check)> = vec![
        (
            "higher charter",
            Box::new(|m| {
                m.charters.insert(ws, high(2));
            }),
            Check::Charter,
        ),
        (
            "other charter",
            Box::new(|m| {
                m.charters.insert(ws, high(1));
            }),
            Check::Charter,
        ),
        (
            "forked",
            Box::new(|m| {
                m.forked.insert(ws);
            }),
            Check::Charter,
        ),
        (
            "suspended",
            Box::new(|m| {
                m.suspended.insert((ws, world.ana.id()), 1);
            }),
            Check::Membership,
        ),
        (
            "revoked certificate",
            Box::new(|m| {
                m.revoked_certificates.insert(world.ana.id());
            }),
            Check::Membership,
        ),
        (
            "higher manifest",
            Box::new(|m| {
                m.manifests.insert((person.clone(), dataset), high(2));
            }),
            Check::Manifest,
        ),
        (
            "other manifest",
            Box::new(|m| {
                m.manifests.insert((person.clone(), dataset), high(1));
            }),
            Check::Manifest,
        ),
        (
            "deleted",
            Box::new(|m| {
                m.deleted.insert((person.clone(), dataset));
            }),
            Check::Manifest,
        ),
        (
            "revoked grant",
            Box::new(|m| {
                m.revoked_grants.insert(world.grants[1].digest());
            }),
            Check::Grant,
        ),
        (
            "withdrawn spec",
            Box::new(|m| {
                m.withdrawn.insert(world.spec.digest());
            }),
            Check::Approval,
        ),
        (
            "withdrawn review",
            Box::new(|m| {
                m.withdrawn.insert(world.review.digest());
            }),
            Check::Approval,
        ),
        (
            "rejected",
            Box::new(|m| {
                m.rejections.insert((world.spec.digest(), Digest([0; 32])));
            }),
            Check::Approval,
        ),
        (
            "archived",
            Box::new(|m| {
                m.archived.insert(ws);
            }),
            Check::Archive,
        ),
        (
            "no runs left",
            Box::new(|m| {
                m.counts.insert(world.spec.digest(), 1);
            }),
            Check::Counter,
        ),
        (
            "run of another spec",
            Box::new(|m| {
                m.runs.insert(world.run, run(Digest([0; 32]), used.clone(), 1, false));
            }),
            Check::Counter,
        ),
        (
            "run closed",
            Box::new(|m| {
                m.runs.insert(world.run, run(world.spec.digest(), used.clone(), 1, true));
            }),
            Check::Counter,
        ),
        (
            "third release",
            Box::new(|m| {
                m.runs.insert(world.run, run(world.spec.digest(), used.clone(), 2, false));
            }),
            Check::Counter,
        ),
        (
            "other statements",
            Box::new(|m| {
                m.runs.insert(world.run, run(world.spec.digest(), [].into(), 1, false));
            }),
            Check::Counter,
        ),
    ];
    for (what, mark, check) in cases {
        let mut marks = Marks::default();
        mark(&mut marks);
        let got = world.check_with(&[], &marks, NOW);
        assert_eq!(got.map(|_| ()).map_err(|r| r.check), Err(check), "{what}");
    }
    let mut marks = Marks::default();
    marks.runs.insert(world.run, run(world.spec.digest(), used, 1, false));
    marks.counts.insert(world.spec.digest(), 1);
    let again = world.check_with(&[], &marks, NOW).unwrap();
    assert_eq!((again.count.count, again.count.attempt), (1, 2));
}

#[test]
fn a_session_counts_once_and_a_changed_worker_is_refused_by_measurement() {
    let world = World::new();
    for session in [Session::Unknown, Session::Consumed] {
        let got = crate::exchange::session(
            &session,
            &world.broker.signing_key,
            world.run,
            &world.spec.digest(),
            NOW,
        );
        assert_eq!(got.unwrap_err().check, Check::Session);
    }
    let mut world = World::new();
    let other = cloister_attest::measure(b"the worker, one byte changed");
    world.worker.evidence =
        crate::testing::root().attest(other, world.transcript.report_data(), NOW).unwrap();
    assert_eq!(world.check().unwrap_err().check, Check::Measurement);
    world.configuration.development_root = None;
    world.configuration.allow_simulated = false;
    assert_eq!(world.check().unwrap_err().check, Check::Chain);
}
