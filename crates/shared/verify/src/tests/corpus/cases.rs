//! The cases that are not refused, and those that only change bytes or fields of a good bundle.

use cloister_model::{Digest, Duration, Timestamp};
use cloister_statement::{
    bundle::Bundle,
    predicate::{Suspension, Withdrawal, WithdrawalTarget},
};

use super::{after, before};
use crate::{
    Check,
    bundle::Outcome,
    testing::{
        Edits, NOW, World,
        bundles::{BundleEdits, acknowledgement, bundle, logged},
        ingests,
    },
};

/// A bundle, how verifiers are called with it, and what they must say.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) genesis: Option<Digest>,
    pub(super) at: Option<Timestamp>,
    pub(super) bytes: Vec<u8>,
    pub(super) outcome: Outcome,
}

impl Case {
    pub(super) fn new(name: &str, bundle: &Bundle, outcome: Outcome) -> Self {
        let bytes = bundle.encode().unwrap();
        Self { name: name.into(), genesis: Some(bundle.genesis), at: None, bytes, outcome }
    }

    /// A case whose name begins with the check that refuses.
    pub(super) fn broken(check: Check, what: &str, bundle: &Bundle) -> Self {
        let name = format!("{}-{what}", check.as_str().replace('_', "-"));
        Self::new(&name, bundle, Outcome::Broken(check))
    }
}

/// Every case.
pub(super) fn all() -> Vec<Case> {
    let world = World::new();
    let good = bundle(&world, &BundleEdits::default());
    let mut out = accepted(&world, &good);
    out.extend(incomplete(&world, &good));
    out.extend(form(&good));
    out.extend(before::cases(&world, &good));
    out.extend(after::cases(&world, &good));
    out
}

fn accepted(world: &World, good: &Bundle) -> Vec<Case> {
    let simulated = |name: &str, bundle: &Bundle| Case::new(name, bundle, Outcome::Simulated);
    let mut later = good.clone();
    let suspension =
        world.ana.sign(world.workspace(), Suspension { member: world.ben.id(), charter: good.genesis });
    later.acknowledgements.push(acknowledgement(world, &suspension, 11));
    later.suspensions.push(suspension);
    let mut deep = good.clone();
    deep.inclusions =
        vec![logged(world, &good.releases[0], 4, &[[1; 32], [2; 32], [3; 32], [4; 32], [5; 32], [6; 32]])];
    let first = bundle(world, &BundleEdits { release: |r| r.sequence = 9, ..BundleEdits::default() });
    let mut repeat = bundle(world, &BundleEdits { release: |r| r.attempt = 2, ..BundleEdits::default() });
    repeat.releases.extend(first.releases);
    let ingest = World::edited(&ingests::edits());
    let with_inputs = World::edited(&before::with_variables());
    vec![
        simulated("good", good),
        simulated("good-suspension-after-the-release", &later),
        simulated("good-log-of-seven", &deep),
        simulated("good-repeat", &repeat),
        simulated("good-ingest", &ingest_of(&ingest)),
        simulated("good-inputs", &bundle(&with_inputs, &BundleEdits::default())),
        Case { bytes: [good.encode().unwrap(), b"\n".to_vec()].concat(), ..simulated("good-line-end", good) },
    ]
}

/// Ben is no member of Ana's own workspace: what is his stays out.
fn ingest_of(world: &World) -> Bundle {
    let mut out = bundle(world, &BundleEdits::default());
    out.charters[0].acceptances.clear();
    out.manifests.truncate(1);
    out.grants.truncate(1);
    out.reviews.clear();
    out
}

fn incomplete(world: &World, good: &Bundle) -> Vec<Case> {
    let case = |name: &str, edit: &dyn Fn(&mut Bundle)| {
        let mut bundle = good.clone();
        edit(&mut bundle);
        Case::new(name, &bundle, Outcome::Incomplete)
    };
    let target = WithdrawalTarget::Spec(world.spec.digest());
    let withdrawal = world.ben.sign(world.workspace(), Withdrawal { target });
    vec![
        Case { genesis: None, ..case("incomplete-no-genesis", &|_| {}) },
        case("incomplete-not-logged", &|b| b.inclusions.clear()),
        case("incomplete-charter-not-acknowledged", &|b| b.acknowledgements.clear()),
        case("incomplete-withdrawal-not-acknowledged", &|b| b.withdrawals.push(withdrawal.clone())),
    ]
}

fn form(good: &Bundle) -> Vec<Case> {
    let text = String::from_utf8(good.encode().unwrap()).unwrap();
    let bytes = |what: &str, text: String| Case {
        bytes: text.into_bytes(),
        ..Case::broken(Check::Format, what, good)
    };
    let edited = |check, what: &str, edit: fn(&mut Bundle)| {
        let mut bundle = good.clone();
        edit(&mut bundle);
        let genesis = Some(good.genesis);
        Case { genesis, ..Case::broken(check, what, &bundle) }
    };
    let expired = NOW.plus(Duration::days(400));
    vec![
        bytes("white-space", text.replacen("\"format\":1,", "\"format\": 1,", 1)),
        bytes("unknown-field", text.replacen("{\"format\":1,", "{\"format\":1,\"note\":1,", 1)),
        bytes("duplicate-key", text.replacen("{\"format\":1,", "{\"format\":1,\"format\":1,", 1)),
        bytes(
            "other-order",
            text.replacen("{\"format\":1,", "{", 1).replacen(
                "\"certificates\":",
                "\"format\":1,\"certificates\":",
                1,
            ),
        ),
        bytes("number-form", text.replacen("\"format\":1,", "\"format\":1.0,", 1)),
        bytes("escaped-text", text.replacen("\"application/vnd", "\"\\u0061pplication/vnd", 1)),
        bytes("cut", text[..text.len() - 1].to_owned()),
        bytes("bytes-after", format!("{text}x")),
        bytes("empty", String::new()),
        edited(Check::Format, "version", |b| b.format = 2),
        edited(Check::Format, "statement-twice", |b| b.grants.push(b.grants[0].clone())),
        edited(Check::Genesis, "named-otherwise", |b| b.genesis = Digest([0; 32])),
        edited(Check::Genesis, "no-charter", |b| b.charters.clear()),
        Case { genesis: Some(Digest([7; 32])), ..Case::broken(Check::Genesis, "not-the-expected", good) },
        // The broker's evidence is looked at before the worker's.
        Case { at: Some(expired), ..Case::broken(Check::Broker, "certificates-expired-at", good) },
    ]
}

/// Edits with one change.
pub(super) fn spec_edit(spec: fn(&mut cloister_statement::predicate::Spec)) -> Edits {
    Edits { spec, ..Edits::default() }
}
