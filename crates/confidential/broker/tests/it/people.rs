//! Certificates: one live a person, replaced by the old key or by two recoverers after a day.

use cloister_model::Duration;
use cloister_statement::{Envelope, SigningKey, predicate::*};

use crate::world::{Member, World, refused, unwire};

#[test]
fn the_same_request_gets_the_same_certificate_also_after_a_restart() {
    let mut world = World::new();
    let member = Member::new(20, "cy@a.example");
    let (request, vouch) = (world.request(&member, None, None), world.vouch(&member, &world.vouching));
    let first = unwire(&world.order(&request, &vouch, &[]).unwrap().certificate);
    world.restart();
    world.clock.forward(5);
    assert_eq!(unwire(&world.order(&request, &vouch, &[]).unwrap().certificate), first);
    let body = first.open::<Certificate>().unwrap().verify(&world.broker().identity().signing_key).unwrap();
    assert_eq!(body.body().signing_key, member.key.public());
    assert_eq!(body.body().request, request.digest());
}

#[test]
fn requests_that_nobody_vouches_for_are_refused() {
    let world = World::new();
    let (cy, di) = (Member::new(20, "cy@a.example"), Member::new(21, "di@a.example"));
    let request = world.request(&cy, None, None);
    let other_key = Member { key: SigningKey::from_seed(&[33; 32]), ..cy.again(20) };
    let cases: Vec<(&str, Envelope, Envelope)> = vec![
        ("vouched by another key", request.clone(), world.vouch(&cy, &SigningKey::from_seed(&[99; 32]))),
        ("vouched for another person", request.clone(), world.vouch(&di, &world.vouching)),
        ("vouched for another key", request.clone(), world.vouch(&other_key, &world.vouching)),
        (
            "a key in use",
            world.request(&Member { key: world.ana.key.clone(), ..cy.again(20) }, None, None),
            { world.vouch(&Member { key: world.ana.key.clone(), ..cy.again(20) }, &world.vouching) },
        ),
    ];
    for (what, request, vouch) in cases {
        assert_eq!(refused(world.order(&request, &vouch, &[])), "certificate", "{what}");
    }
    let stale = world.vouch(&cy, &world.vouching);
    world.clock.forward(25 * 3600);
    assert_eq!(refused(world.order(&request, &stale, &[])), "certificate", "a vouch of yesterday");
    let bad = Member { recipient: "age1nobody".into(), ..Member::new(22, "ed@a.example") };
    assert_eq!(refused(world.certify(&bad, None, &[])), "certificate", "no age recipient");
}

#[test]
fn a_live_certificate_gives_way_only_to_its_own_key() {
    let mut world = World::new();
    let fresh = world.ana.again(30);
    assert_eq!(refused(world.certify(&fresh, None, &[])), "certificate", "without the old key");
    let by_ben = world.request(&fresh, Some(world.ben.digest()), Some(&world.ben));
    let vouch = world.vouch(&fresh, &world.vouching);
    assert_eq!(refused(world.order(&by_ben, &vouch, &[])), "certificate", "by another person's key");
    let renewed = world.certify(&fresh, Some(&world.ana), &[]).unwrap();
    let renewed = unwire(&renewed.certificate);
    assert_eq!(renewed.open::<Certificate>().unwrap().predicate().body.replaces, Some(world.ana.digest()));
    let third = world.ana.again(31);
    assert_eq!(
        refused(world.certify(&third, Some(&world.ana), &[])),
        "certificate",
        "the old one is no longer live"
    );
    let fresh = Member { certificate: Some(renewed), ..fresh };
    world.ana = fresh;
    world.restart();
    assert!(world.certify(&third, Some(&world.ana), &[]).is_ok());
}

#[test]
fn a_recovery_needs_two_recoverers_and_a_day() {
    let mut world = World::new();
    let mut cy = Member::new(40, "cy@a.example");
    cy.certificate = Some(unwire(&world.certify(&cy, None, &[]).unwrap().certificate));
    let now = world.now();
    let mut charter = world.charter();
    charter.members.insert(cy.digest());
    let charter = world.ana.sign(None, now, charter);
    let workspace = Some(charter.digest());
    let mut supporting = world.certificates();
    supporting.push(cy.certificate.clone().unwrap());
    for member in [&world.ben, &cy] {
        supporting.push(member.sign(workspace, now, Acceptance { charter: charter.digest() }));
    }
    world.restrict(&charter, &supporting).unwrap();
    supporting.push(charter.clone());

    let fresh = cy.again(41);
    let request = world.request(&fresh, Some(cy.digest()), None);
    let vouch = world.vouch(&fresh, &world.vouching);
    let body = Recovery { certificate: cy.digest(), request: request.digest(), charter: charter.digest() };
    let (one, two) =
        (world.ana.sign(workspace, now, body.clone()), world.ben.sign(workspace, now, body.clone()));
    let with = |more: &[&Envelope]| {
        let mut all = supporting.clone();
        all.extend(more.iter().map(|e| (*e).clone()));
        all
    };
    assert_eq!(refused(world.order(&request, &vouch, &with(&[]))), "recovery", "nobody agrees");
    assert_eq!(refused(world.order(&request, &vouch, &with(&[&one]))), "recovery", "one alone");
    let by_self = cy.sign(workspace, now, body);
    assert_eq!(
        refused(world.order(&request, &vouch, &with(&[&one, &by_self]))),
        "recovery",
        "cy is no recoverer"
    );
    assert_eq!(
        refused(world.order(&request, &vouch, &with(&[&one, &two]))),
        "recovery",
        "not before a day has passed"
    );
    world.restart();
    world.clock.forward(Duration::hours(23).micros() / 1_000_000);
    assert_eq!(refused(world.order(&request, &vouch, &with(&[&one, &two]))), "recovery", "23 hours");
    world.clock.forward(3600);
    let vouch = world.vouch(&fresh, &world.vouching);
    let issued = unwire(&world.order(&request, &vouch, &with(&[&one, &two])).unwrap().certificate);
    assert_eq!(issued.open::<Certificate>().unwrap().predicate().body.replaces, Some(cy.digest()));
    let old = world.request(&cy.again(42), Some(cy.digest()), Some(&cy));
    let vouch = world.vouch(&cy.again(42), &world.vouching);
    assert_eq!(refused(world.order(&old, &vouch, &[])), "certificate", "the lost key renews nothing");
}
