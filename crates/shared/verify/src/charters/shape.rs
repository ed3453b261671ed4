//! What a charter must look like by itself, and what a new version must keep.

use std::collections::BTreeSet;

use cloister_model::{ApprovalPolicy, Assurance, Digest, RunPolicy};
use cloister_statement::{Verified, configuration::is_measurement, predicate::Charter};

/// The most members of a workspace.
const MAX_MEMBERS: usize = 500;

fn must(holds: bool, why: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.into()) }
}

/// Whether a charter makes sense by itself: sets within sets, thresholds that can be met, a readable broker.
pub fn validate_charter(charter: &Charter) -> Result<(), String> {
    let members = &charter.members;
    must(charter.version >= 1, "a charter's version is at least 1")?;
    must((charter.version == 1) == charter.previous.is_none(), "version 1 alone names no charter before it")?;
    let nonce = charter.nonce.len() == 32
        && charter.nonce.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    must(nonce, "the nonce is not 32 lower-case hexadecimal digits")?;
    must(!members.is_empty() && members.len() <= MAX_MEMBERS, "a workspace has 1 to 500 members")?;
    must(!charter.administrators.is_empty(), "a workspace has an administrator")?;
    must(charter.administrators.is_subset(members), "an administrator is not a member")?;
    must(charter.recoverers.is_subset(members), "a recoverer is not a member")?;
    must(charter.recoverers.len() != 1, "one recoverer is none: name two or nobody")?;
    must(
        is_measurement(&charter.broker.measurement),
        "the broker's measurement is not 96 hexadecimal digits",
    )?;
    match &charter.run {
        RunPolicy::AllMembers | RunPolicy::CreatorOnly => {}
        RunPolicy::Named { members: named } => {
            must(!named.is_empty() && named.is_subset(members), "a run policy names members, at least one")?;
        }
    }
    match &charter.approval {
        ApprovalPolicy::AllMembers => Ok(()),
        ApprovalPolicy::Groups { groups } => {
            must(!groups.is_empty(), "an approval policy of groups has a group")?;
            let names: BTreeSet<_> = groups.iter().map(|g| &g.name).collect();
            must(names.len() == groups.len(), "two approval groups have one name")?;
            groups.iter().try_for_each(|group| {
                let plain = !group.name.is_empty()
                    && group.name.len() <= 80
                    && !group.name.chars().any(char::is_control);
                must(plain, "an approval group's name has 1 to 80 characters")?;
                must(group.members.is_subset(members), "an approval group names someone who is no member")?;
                let reachable = group.threshold >= 1 && group.threshold as usize <= group.members.len();
                must(reachable, "an approval group's threshold is 1 to the number of its members")
            })
        }
    }
}

/// Whether `next` continues `current`: the next version of it, with the same name, type and floor.
pub(crate) fn keeps(current: &Verified<Charter>, next: &Charter) -> Result<(), String> {
    let (digest, now): (Digest, &Charter) = (current.digest(), current.body());
    let floor: (Assurance, Assurance) = (now.floor, next.floor);
    must(next.version == now.version + 1, "it is not the next version")?;
    must(next.previous == Some(digest), "it does not name the charter in force as the one before")?;
    must(next.name == now.name, "it changes the workspace's name")?;
    must(next.kind == now.kind, "it changes the workspace's type")?;
    must(floor.0 == floor.1, "it changes the assurance floor")
}

/// Whether `next` differs from `current` by more members only.
pub(crate) fn only_adds_members(current: &Charter, next: &Charter) -> bool {
    let mut expected = current.clone();
    expected.version = next.version;
    expected.previous = next.previous;
    expected.nonce.clone_from(&next.nonce);
    expected.members.clone_from(&next.members);
    expected == *next && next.members.is_superset(&current.members)
}
