//! One decision of `authz`, over kinds of actions and callers.

use std::{hint::black_box, time::Instant};

use cloister_authz::{
    Action, Actor, Kind, Powers, Relation, Resource,
    actions::{ListUsers, ReadJob, ReadRun, SubmitJob},
    authorize,
};
use cloister_model::{OrgId, Role, Roles, UserId};
use uuid::Uuid;

use crate::figures::percentile;

const ROUNDS: usize = 20_000;

/// Microseconds of one decision after the other.
fn measure<A: Action + Copy>(actor: &Actor, action: A, resource: &Resource) -> Vec<f64> {
    let one = |_| {
        let begun = Instant::now();
        let _ = black_box(authorize(black_box(actor), action, black_box(resource)));
        begun.elapsed().as_secs_f64() * 1e6
    };
    (0..ROUNDS).map(one).collect()
}

/// Granted and refused, in one thread.
pub(crate) fn bench() {
    let org = OrgId(Uuid::from_u128(1));
    let actor = Actor::User {
        id: UserId(Uuid::from_u128(2)),
        org,
        roles: Roles([Role::OrganizationAdmin].into()),
        disabled: false,
        powers: Powers::session(),
    };
    let id = Uuid::from_u128(3).to_string();
    let member = |kind| Resource::new(kind, &*id).with(Relation::Member, true);
    let mut times = measure(&actor, ReadJob, &member(Kind::Job));
    times.extend(measure(&actor, ReadRun, &member(Kind::Run).with(Relation::Reader, true)));
    times.extend(measure(&actor, SubmitJob, &member(Kind::Job)));
    times.extend(measure(&actor, ListUsers, &Resource::organisation(org)));
    println!(
        "decision: one of authz, granted or refused: p50 {:.2} us, p99 {:.2} us (goal 20 us)",
        percentile(&mut times, 0.5),
        percentile(&mut times, 0.99)
    );
}
