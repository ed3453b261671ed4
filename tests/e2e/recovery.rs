//! A certificate that two recoverers end, and what a lost key needs.

use crate::world::{ANA, BEN, World, enter};

const CAT: &str = "cat@east.example";

#[test]
fn two_recoverers_end_a_certificate_and_one_does_not() {
    let world = World::new();
    let cat = world.deployment.user("cat");
    enter(&world.deployment, &cat, CAT, "East Hospital");
    let words = ["workspace", "create", "Board", "--type", "analytics", "--assurance", "simulated"];
    let more = ["--member", BEN, CAT, "--recoverer", ANA, BEN];
    let made = world.ana.ok(&[&words[..], &more].concat());
    let (board, genesis) = (made["workspace"].as_str().unwrap(), made["genesis"].as_str().unwrap());
    for user in [&world.ben, &cat] {
        user.ok(&["workspace", "accept", board, "--genesis", genesis]);
    }
    let refused = cat.run(&["key", "revoke", ANA]);
    assert_eq!((refused.exit, refused.check().as_deref()), (4, Some("membership")), "{}", refused.stdout);

    world.ana.ok(&["key", "revoke", CAT]);
    assert_eq!(cat.ok(&["key", "show"])["email"], CAT, "one recoverer is not enough");
    world.ben.ok(&["key", "revoke", CAT]);
    let _ = cat.run(&["key", "show"]).expect(1);

    // Cat still has an account; a lost key of somebody who has a live certificate waits for recoverers.
    let recover = cat.run(&["key", "recover", CAT]);
    assert_ne!(recover.exit, 0, "{}", recover.stdout);
}

#[test]
fn a_recovery_waits_a_day_from_its_second_supporter() {
    let world = World::new();
    let cat = world.deployment.user("cat");
    enter(&world.deployment, &cat, CAT, "East Hospital");
    let words = ["workspace", "create", "Board", "--type", "analytics", "--assurance", "simulated"];
    let more = ["--member", BEN, CAT, "--recoverer", ANA, BEN];
    let made = world.ana.ok(&[&words[..], &more].concat());
    let (board, genesis) = (made["workspace"].as_str().unwrap(), made["genesis"].as_str().unwrap());
    for user in [&world.ben, &cat] {
        user.ok(&["workspace", "accept", board, "--genesis", genesis]);
    }
    let asked = cat.run(&["key", "recover", CAT]).expect(6);
    let request = asked.text("request");
    let support = ["key", "recover", CAT, "--request", &request, "--workspace", board];
    world.ana.ok(&support);
    let one = cat.run(&["key", "recover", CAT]);
    assert!(!one.stdout.contains("in force from"), "one supporter is not enough: {}", one.stdout);
    world.ben.ok(&support);
    let two = cat.run(&["key", "recover", CAT]);
    assert!(two.stdout.contains("in force from"), "two start the day: {}", two.stdout);
}
