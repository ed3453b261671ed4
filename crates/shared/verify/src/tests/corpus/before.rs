//! Tampering that a check of signature, broker or run refuses. Whoever tampers holds every key that the tampering needs,
//! so that digests and signatures around it fit and nothing but the check named can refuse.

use cloister_attest::sim::{DevelopmentRoot, Platform};
use cloister_model::{
    Assurance, Duration, RunPolicy, Timestamp,
    rules::Use,
    variables::{Constraint, Value, Variable, VariableType},
};
use cloister_statement::{
    Envelope, Signer, SigningKey,
    bundle::Bundle,
    predicate::{
        Archive, CertificateRevocation, Challenge, Decision, Grant, Manifest, Pin, Review, RunRequest,
        Suspension, Withdrawal, WithdrawalTarget,
    },
    transcript::broker_report_data,
};

use super::cases::{Case, spec_edit};
use crate::{
    Check,
    testing::{
        BROKER_CODE, Edits, NOW, WORKER_CODE, World,
        bundles::{BundleEdits, acknowledgement, bundle, forged},
        member, root, signed,
    },
};

pub(super) fn cases(world: &World, good: &Bundle) -> Vec<Case> {
    let mut out = signatures(world, good);
    out.extend(broker(world, good));
    out.extend(session(world, good));
    out.extend(evidence(world, good));
    out.extend(restricted(world, good));
    out.extend(missing(good));
    out.extend(edited());
    out.extend(replaced(world, good));
    out
}

fn with(good: &Bundle, check: Check, what: &str, edit: impl FnOnce(&mut Bundle)) -> Case {
    let mut bundle = good.clone();
    edit(&mut bundle);
    Case::broken(check, what, &bundle)
}

/// The same statement with one bit of its signature or of its key changed.
fn torn(envelope: &Envelope, pointer: &str) -> Envelope {
    let mut json: serde_json::Value = serde_json::from_slice(&envelope.to_json()).unwrap();
    let text = json.pointer_mut(pointer).unwrap();
    let changed = text.as_str().unwrap();
    let first = if changed.starts_with('1') { "2" } else { "1" };
    *text = format!("{first}{}", &changed[1..]).into();
    Envelope::parse(json.to_string().as_bytes()).unwrap()
}

fn signatures(world: &World, good: &Bundle) -> Vec<Case> {
    let check = Check::Signature;
    let stranger = SigningKey::from_seed(&[77; 32]);
    let by_stranger = member(&stranger, &world.rng, "stranger", |_| {}).certificate;
    let late = NOW.plus(Duration::days(364));
    let body = world.review.open::<Review>().unwrap().predicate().body.clone();
    let late =
        signed(&world.ben.key, Signer::Certificate(world.ben.id()), world.workspace(), late, body.clone());
    let bare =
        signed(&world.ben.key, Signer::Key(world.ben.key.public()), world.workspace(), NOW, body.clone());
    let other = signed(&world.ana.key, Signer::Certificate(world.ben.id()), world.workspace(), NOW, body);
    vec![
        with(good, check, "torn", |b| b.spec = torn(&b.spec, "/signatures/0/sig")),
        with(good, check, "key-named-otherwise", |b| b.spec = torn(&b.spec, "/signatures/0/keyid")),
        with(good, check, "certificate-missing", |b| drop(b.certificates.pop())),
        with(good, check, "certificate-by-a-stranger", |b| b.certificates.push(by_stranger)),
        with(good, check, "after-the-certificate-ended", |b| b.reviews = vec![late]),
        with(good, check, "member-by-bare-key", |b| b.reviews = vec![bare]),
        with(good, check, "by-another-member", |b| b.reviews = vec![other]),
    ]
}

fn broker(world: &World, good: &Bundle) -> Vec<Case> {
    let check = Check::Broker;
    let b = &world.broker;
    let expected = broker_report_data(&good.broker.nonce, &b.signing_key, &b.sealing_key, &b.configuration);
    let other = root().attest(cloister_attest::measure(b"another broker"), expected, NOW).unwrap();
    let debug = Platform { policy: Platform::POLICY | Platform::DEBUG, ..Platform::default() };
    let debug = root().attest_on(&debug, cloister_attest::measure(BROKER_CODE), expected, NOW).unwrap();
    vec![
        with(good, check, "configuration-changed", |b| b.broker.configuration.0[10] ^= 1),
        with(good, check, "configuration-missing", |b| b.broker.configuration.0.clear()),
        with(good, check, "nonce", |b| b.broker.nonce.0[0] ^= 1),
        with(good, check, "evidence-of-the-worker", |b| b.broker.evidence = b.evidence.clone()),
        with(good, check, "evidence-of-other-code", |b| b.broker.evidence = other.to_bytes().into()),
        with(good, check, "evidence-allows-debugging", |b| b.broker.evidence = debug.to_bytes().into()),
    ]
}

fn session(world: &World, good: &Bundle) -> Vec<Case> {
    let check = Check::Session;
    let body = world.challenge.open::<Challenge>().unwrap().predicate().body.clone();
    let again = |edit: fn(&mut Challenge)| {
        let mut body = body.clone();
        edit(&mut body);
        signed(&world.broker_key, Signer::Key(world.broker_key.public()), None, NOW, body)
    };
    let late = forged(world, &BundleEdits::default(), NOW.plus(Duration::seconds(60)));
    vec![
        with(good, check, "of-another-run", |b| b.challenge = again(|c| c.run.0 = uuid::Uuid::nil())),
        with(good, check, "of-another-spec", |b| b.challenge = again(|c| c.spec.0[0] ^= 1)),
        with(good, check, "names-another-broker", |b| b.challenge = again(|c| c.broker.0[0] ^= 1)),
        with(good, check, "too-long", |b| {
            b.challenge = again(|c| c.expires = NOW.plus(Duration::seconds(61)));
        }),
        with(good, Check::Transcript, "of-another-challenge", |b| {
            b.challenge = again(|c| c.nonce.0[0] ^= 1);
        }),
        Case::broken(check, "expired-at-the-release", &late),
    ]
}

fn evidence(world: &World, good: &Bundle) -> Vec<Case> {
    let data = world.transcript.report_data();
    let code = cloister_attest::measure(WORKER_CODE);
    let on = |platform: Platform| root().attest_on(&platform, code, data, NOW).unwrap();
    let honest = Platform::default;
    let of = |check, what: &str, evidence: cloister_attest::Evidence| {
        with(good, check, what, |b| b.evidence = evidence.to_bytes().into())
    };
    let stranger = DevelopmentRoot::generate(NOW).unwrap().attest(code, data, NOW).unwrap();
    let mut torn = world.worker.evidence.clone();
    torn.report[0x2A0] ^= 1;
    let mut changed = world.worker.evidence.clone();
    changed.report[0x1F0] ^= 1;
    let mut hardware = world.worker.evidence.clone();
    hardware.tee = cloister_attest::TeeKind::Snp;
    let mut two = world.worker.evidence.clone();
    two.certificates.truncate(2);
    let mut spliced = world.worker.evidence.clone();
    spliced.certificates[0] = on(honest()).certificates[0].clone();
    let tomorrow: Timestamp = NOW.plus(Duration::days(3));
    vec![
        with(good, Check::Transcript, "cut", |b| b.transcript.0.truncate(5)),
        with(good, Check::Transcript, "another-key", |b| {
            let last = b.transcript.0.len() - 1;
            b.transcript.0[last] ^= 1;
        }),
        with(good, Check::Transcript, "another-role", |b| {
            let at = 8 + world.challenge.payload().len() + 8;
            b.transcript.0[at] ^= 1;
        }),
        of(
            Check::Transcript,
            "of-the-broker",
            cloister_attest::Evidence::from_bytes(&good.broker.evidence.0).unwrap(),
        ),
        of(Check::Transcript, "zero-report-data", root().attest(code, [0; 64], NOW).unwrap()),
        of(Check::Chain, "root-of-a-stranger", stranger),
        of(Check::Chain, "signature-torn", torn),
        of(Check::Chain, "report-changed", changed),
        of(Check::Chain, "simulated-named-hardware", hardware),
        of(Check::Chain, "certificate-missing", two),
        of(Check::Chain, "certificate-of-another-key", spliced),
        of(Check::Chain, "certificate-of-another-chip", on(Platform { certified_chip: [1; 64], ..honest() })),
        of(Check::Chain, "not-yet-valid", root().attest(code, data, tomorrow).unwrap()),
        with(good, Check::Chain, "evidence-empty", |b| b.evidence.0.clear()),
        of(Check::Platform, "debug", on(Platform { policy: Platform::POLICY | Platform::DEBUG, ..honest() })),
        of(
            Check::Platform,
            "migration",
            on(Platform { policy: Platform::POLICY | Platform::MIGRATION, ..honest() }),
        ),
        of(Check::Platform, "vmpl-1", on(Platform { vmpl: 1, ..honest() })),
        of(
            Check::Measurement,
            "other-code",
            root().attest(cloister_attest::measure(b"other"), data, NOW).unwrap(),
        ),
    ]
}

/// Statements that restrict, acknowledged before the release.
fn restricted(world: &World, good: &Bundle) -> Vec<Case> {
    let (ws, charter, spec) = (world.workspace(), world.charter.digest(), world.spec.digest());
    let reject =
        Review { spec, charter, decision: Decision::Reject, comment: Some("no".into()), expires: None };
    let withdraw = |target| world.ben.sign(ws, Withdrawal { target });
    let said = |check, what: &str, statement: Envelope, put: fn(&mut Bundle, Envelope)| {
        with(good, check, what, |b| {
            b.acknowledgements.push(acknowledgement(world, &statement, 9));
            put(b, statement);
        })
    };
    let mut newer = world.manifests[1].open::<Manifest>().unwrap().predicate().body.clone();
    (newer.sequence, newer.previous) = (2, Some(world.manifests[1].digest()));
    let (newer, own) = (world.ben.sign(None, newer), CertificateRevocation { certificate: world.ana.id() });
    let suspension = Suspension { member: world.ben.id(), charter };
    vec![
        said(Check::Approval, "spec-withdrawn", withdraw(WithdrawalTarget::Spec(spec)), |b, s| {
            b.withdrawals.push(s);
        }),
        said(
            Check::Approval,
            "review-withdrawn",
            withdraw(WithdrawalTarget::Review(world.review.digest())),
            |b, s| b.withdrawals.push(s),
        ),
        said(Check::Approval, "rejected", world.ben.sign(ws, reject), |b, s| b.reviews.push(s)),
        said(Check::Grant, "owner-suspended", world.ana.sign(ws, suspension), |b, s| b.suspensions.push(s)),
        said(Check::Membership, "certificate-revoked", world.ana.sign(None, own), |b, s| {
            b.revoked_certificates.push(s);
        }),
        said(Check::Archive, "archived", world.ana.sign(ws, Archive { charter }), |b, s| {
            b.suspensions.push(s);
        }),
        said(Check::Manifest, "superseded", newer, |b, s| b.manifests.push(s)),
    ]
}

fn missing(good: &Bundle) -> Vec<Case> {
    vec![
        with(good, Check::Charter, "not-accepted", |b| b.charters[0].acceptances.clear()),
        with(good, Check::Manifest, "missing", |b| drop(b.manifests.pop())),
        with(good, Check::Grant, "missing", |b| drop(b.grants.pop())),
        with(good, Check::Approval, "missing", |b| b.reviews.clear()),
    ]
}

/// Variables of the spec: a whole number of 1 to 5, and a text of small letters with a default.
pub(super) fn with_variables() -> Edits {
    Edits {
        spec: |spec| {
            let variable = |name: &str, kind, default, any_of| Variable {
                name: name.parse().unwrap(),
                kind,
                description: None,
                default,
                any_of,
            };
            let range = Constraint::Range(Value::Integer(1), Value::Integer(5));
            let (letters, length) = (Constraint::Characters("a-z".into()), Constraint::Length(0, 3));
            spec.variables = vec![
                variable("least", VariableType::Integer, None, vec![range]),
                variable(
                    "prefix",
                    VariableType::String,
                    Some(Value::Text("ab".into())),
                    vec![letters, length],
                ),
                variable("share", VariableType::Float, Some(Value::Float(0.5)), Vec::new()),
            ];
        },
        request: |request| {
            request.inputs = [("least".parse().unwrap(), Value::Integer(3))].into();
        },
        ..Edits::default()
    }
}

/// Worlds in which something was signed that the broker must not accept, and a broker that did.
fn edited() -> Vec<Case> {
    let case = |check, what: &str, edits: Edits| {
        Case::broken(check, what, &forged(&World::edited(&edits), &BundleEdits::default(), NOW))
    };
    let e = Edits::default;
    let value = |request: fn(&mut RunRequest)| Edits { request, ..with_variables() };
    vec![
        case(Check::Charter, "malformed", Edits { charter: |c| c.nonce = "short".into(), ..e() }),
        case(
            Check::Membership,
            "reader-is-no-member",
            spec_edit(|s| s.readers = s.tables.values().take(1).copied().collect()),
        ),
        case(
            Check::Membership,
            "identified-too-weakly",
            Edits { charter: |c| c.minimum_identity = cloister_model::IdentityStrength::Sso, ..e() },
        ),
        case(
            Check::Manifest,
            "use-not-allowed",
            Edits { manifest: |m| m.rules.uses = [Use::Template].into(), ..e() },
        ),
        case(Check::Manifest, "rules-expired", Edits { manifest: |m| m.rules.expires = Some(NOW), ..e() }),
        case(Check::Manifest, "raw-file", Edits { manifest: crate::testing::ingests::raw, ..e() }),
        case(Check::Grant, "expired", Edits { grant: |g| g.expires = Some(NOW), ..e() }),
        case(
            Check::Grant,
            "pinned-to-another-charter",
            Edits { grant: |g| g.pin = Pin::Charter(g.manifest), ..e() },
        ),
        case(Check::Grant, "not-renewed", Edits { grant: |g| g.renew_within = Some(0), ..e() }),
        case(Check::Approval, "test-spec", spec_edit(|s| s.test = true)),
        case(Check::Approval, "no-longer-valid", spec_edit(|s| s.valid_until = Some(NOW))),
        case(Check::Approval, "charter-outside-the-chain", spec_edit(|s| s.charter.0[0] ^= 1)),
        case(Check::Approval, "expired", Edits { review: |r| r.expires = Some(NOW), ..e() }),
        case(Check::Approval, "of-another-spec", Edits { review: |r| r.spec.0[0] ^= 1, ..e() }),
        case(Check::RunPolicy, "another-charter", Edits { request: |r| r.charter.0[0] ^= 1, ..e() }),
        case(
            Check::RunPolicy,
            "too-long",
            Edits { request: |r| r.not_after = NOW.plus(Duration::hours(25)), ..e() },
        ),
        case(
            Check::RunPolicy,
            "not-named",
            Edits {
                charter: |c| {
                    c.run = RunPolicy::Named {
                        members: c.members.difference(&c.administrators).copied().collect(),
                    }
                },
                ..e()
            },
        ),
        case(
            Check::Inputs,
            "out-of-range",
            value(|r| r.inputs = [("least".parse().unwrap(), Value::Integer(6))].into()),
        ),
        case(
            Check::Inputs,
            "another-type",
            value(|r| r.inputs = [("least".parse().unwrap(), Value::Text("3".into()))].into()),
        ),
        case(Check::Inputs, "missing", value(|_| {})),
        case(
            Check::Inputs,
            "unknown-variable",
            Edits { request: |r| r.inputs = [("x".parse().unwrap(), Value::Integer(3))].into(), ..e() },
        ),
        case(
            Check::Assurance,
            "charter-wants-hardware",
            Edits { charter: |c| c.floor = Assurance::Hardware, ..e() },
        ),
        case(
            Check::Assurance,
            "manifest-wants-hardware",
            Edits { manifest: |m| m.floor = Assurance::Hardware, ..e() },
        ),
        case(
            Check::Assurance,
            "grant-wants-hardware",
            Edits { grant: |g: &mut Grant| g.allow_simulated = false, ..e() },
        ),
    ]
}

/// Statements of the run replaced by others, rightly signed.
fn replaced(world: &World, good: &Bundle) -> Vec<Case> {
    let ws = world.workspace();
    let body = world.request.open::<RunRequest>().unwrap().predicate().body.clone();
    let elsewhere = world.ana.sign(Some(world.spec.digest()), body.clone());
    let other = world.ana.sign(ws, RunRequest { not_after: NOW.plus(Duration::hours(2)), ..body });
    let count = bundle(world, &BundleEdits { release: |r| r.count = 2, ..BundleEdits::default() });
    vec![
        with(good, Check::RunPolicy, "of-another-workspace", |b| b.request = elsewhere),
        with(good, Check::Release, "of-another-request", |b| b.request = other),
        Case::broken(Check::Counter, "more-runs-than-approved", &count),
    ]
}
