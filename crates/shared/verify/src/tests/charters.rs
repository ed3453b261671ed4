//! The chain of charters, and acts on it.

use cloister_model::Digest;
use cloister_statement::{
    Envelope,
    predicate::{Acceptance, Charter, Refusal, Suspension},
};

use crate::{
    Check, Marks,
    acts::{Effect, admit, effect},
    charters::establish,
    testing::{Member, NOW, World, member},
};

fn next(world: &World, edit: impl FnOnce(&mut Charter)) -> Charter {
    let mut charter = world.charter.open::<Charter>().unwrap().predicate().body.clone();
    charter.version = 2;
    charter.previous = Some(world.charter.digest());
    edit(&mut charter);
    charter
}

fn accept(world: &World, who: &Member, charter: &Envelope) -> Envelope {
    who.sign(world.workspace(), Acceptance { charter: charter.digest() })
}

fn version(world: &World, more: &[Envelope]) -> Result<u64, Check> {
    let dossier = world.dossier(more).map_err(|r| r.check)?;
    establish(world.charter.digest(), &dossier, &Marks::default()).map(|f| f.version()).map_err(|r| r.check)
}

#[test]
fn a_new_version_needs_everyone_it_lists_or_only_the_newcomers() {
    let world = World::new();
    let cat = member(&world.broker_key, &world.rng, "cat", |_| {});
    let ws = world.workspace();
    let wider = world.ana.sign(
        ws,
        next(&world, |c| {
            c.members.insert(cat.id());
        }),
    );
    let base = [cat.certificate.clone(), wider.clone()];
    assert_eq!(version(&world, &base), Ok(1));
    let accepted = [base.to_vec(), vec![accept(&world, &cat, &wider)]].concat();
    assert_eq!(version(&world, &accepted), Ok(2));
    let changed = world.ana.sign(
        ws,
        next(&world, |c| {
            c.members.insert(cat.id());
            c.console_allowed = true;
        }),
    );
    let some = [cat.certificate.clone(), changed.clone(), accept(&world, &cat, &changed)];
    assert_eq!(version(&world, &some), Ok(1));
    let all = [some.to_vec(), vec![accept(&world, &world.ben, &changed)]].concat();
    assert_eq!(version(&world, &all), Ok(2));
    let refused = [all, vec![world.ben.sign(ws, Refusal { charter: changed.digest() })]].concat();
    assert_eq!(version(&world, &refused), Ok(1));
    let force = |more: &[Envelope]| {
        let dossier = world.dossier(more).unwrap();
        establish(world.charter.digest(), &dossier, &Marks::default()).unwrap()
    };
    let lacking = |more: &[Envelope]| force(more).awaited().copied().collect::<Vec<_>>();
    assert_eq!(lacking(&base), [cat.id()], "a member of before is not asked where members are only added");
    assert_eq!(lacking(&some), [world.ben.id()]);
    assert!(force(&refused).pending().is_none());
    assert_eq!(version(&world, &[accepted, vec![changed]].concat()), Err(Check::Charter));
}

#[test]
fn what_a_charter_may_not_change_and_who_may_not_propose() {
    let world = World::new();
    let ws = world.workspace();
    type Edit = (&'static str, fn(&mut Charter));
    let edits: [Edit; 6] = [
        ("name", |c| c.name = "Other".parse().unwrap()),
        ("floor", |c| c.floor = cloister_model::Assurance::Hardware),
        ("kind", |c| c.kind = cloister_model::WorkspaceKind::Agentic),
        ("previous", |c| c.previous = Some(Digest([0; 32]))),
        ("no administrator", |c| c.administrators.clear()),
        ("one recoverer", |c| c.recoverers = c.administrators.clone()),
    ];
    for (what, edit) in edits {
        let charter = world.ana.sign(ws, next(&world, edit));
        let more = [charter.clone(), accept(&world, &world.ben, &charter)];
        assert_eq!(version(&world, &more), Err(Check::Charter), "{what}");
    }
    let by_ben = world.ben.sign(ws, next(&world, |c| c.console_allowed = true));
    assert_eq!(version(&world, &[by_ben.clone(), accept(&world, &world.ana, &by_ben)]), Ok(1));
    // A suspended member's acceptance no longer counts.
    let charter = world.ana.sign(ws, next(&world, |c| c.console_allowed = true));
    let suspended =
        world.ana.sign(ws, Suspension { member: world.ben.id(), charter: world.charter.digest() });
    assert_eq!(version(&world, &[charter.clone(), accept(&world, &world.ben, &charter), suspended]), Ok(1));
}

#[test]
fn a_charter_is_taken_back_by_who_proposed_it_even_if_it_does_not_list_them() {
    let world = World::new();
    let ws = world.workspace();
    let ben = world.ben.id();
    let without = |c: &mut Charter| {
        c.members = [ben].into();
        c.administrators = [ben].into();
    };
    let proposed = world.ana.sign(ws, next(&world, without));
    let accepted = [proposed.clone(), accept(&world, &world.ben, &proposed)];
    assert_eq!(version(&world, &accepted), Ok(2));
    let taken_back = world.ana.sign(ws, Refusal { charter: proposed.digest() });
    assert_eq!(version(&world, &[accepted.to_vec(), vec![taken_back.clone()]].concat()), Ok(1));
    let dossier = world.dossier(std::slice::from_ref(&proposed)).unwrap();
    let act = |s: &Envelope| effect(s, &dossier, &Marks::default(), NOW).map_err(|r| r.check);
    assert_eq!(act(&taken_back), Ok(Effect::CharterVoid { charter: proposed.digest() }));
    let cat = member(&world.broker_key, &world.rng, "cat", |_| {});
    let dossier = world.dossier(&[cat.certificate.clone(), proposed.clone()]).unwrap();
    let stranger = cat.sign(ws, Refusal { charter: proposed.digest() });
    assert_eq!(effect(&stranger, &dossier, &Marks::default(), NOW).unwrap_err().check, Check::Membership);
}

#[test]
fn a_first_charter_needs_everyone() {
    let mut world = World::new();
    world.acceptance = world.ben.sign(world.workspace(), Refusal { charter: world.charter.digest() });
    assert_eq!(version(&world, &[]), Err(Check::Charter));
}

#[test]
fn acts_have_effects_only_by_those_entitled() {
    let world = World::new();
    let (ws, charter) = (world.workspace(), world.charter.digest());
    let dossier = world.dossier(&[]).unwrap();
    let act = |s: &Envelope| effect(s, &dossier, &Marks::default(), NOW).map_err(|r| r.check);
    let in_force = Effect::CharterInForce { workspace: charter, version: 1, charter };
    assert_eq!(act(&world.charter), Ok(in_force.clone()));
    let suspension = Suspension { member: world.ben.id(), charter };
    let suspended = Effect::Suspended { workspace: charter, member: world.ben.id(), version: 1 };
    assert_eq!(act(&world.ana.sign(ws, suspension.clone())), Ok(suspended.clone()));
    assert_eq!(act(&world.ben.sign(ws, suspension)), Err(Check::Membership));
    let revocation = cloister_statement::predicate::Revocation { grant: world.grants[0].digest() };
    assert_eq!(
        act(&world.ana.sign(ws, revocation.clone())),
        Ok(Effect::GrantRevoked { grant: world.grants[0].digest() })
    );
    assert_eq!(act(&world.ben.sign(ws, revocation)), Err(Check::Grant));
    let two = world.ana.sign(ws, next(&world, |c| c.console_allowed = true));
    assert_eq!(act(&two), Ok(Effect::CharterPending { charter: two.digest() }));
    let three = world.ana.sign(ws, next(&world, |c| c.run = cloister_model::RunPolicy::CreatorOnly));
    let forked = effect(&three, &world.dossier(&[two]).unwrap(), &Marks::default(), NOW);
    assert_eq!(forked.unwrap(), Effect::CharterForked { workspace: charter });
    let mut marks = Marks::default();
    marks.apply(&in_force);
    marks.apply(&suspended);
    assert_eq!(world.check_with(&[], &marks, NOW).unwrap_err().check, Check::Grant);
}

#[test]
fn the_server_admits_what_the_honest_world_signs() {
    let world = World::new();
    let dossier = world.dossier(&[]).unwrap();
    for statement in world.statements() {
        admit(&statement, &dossier, &Marks::default(), NOW)
            .unwrap_or_else(|e| panic!("{}: {e}", statement.kind().as_str()));
    }
}
