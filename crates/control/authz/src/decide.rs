//! The decision: needs met by the actor against needs of the action, under the policies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use cloister_model::Role;

use crate::actions::{Action, Need, Power};
use crate::{Actor, Kind, Resource};

/// Permission for one action on one thing, held by whoever asked. Made by [`authorize`] only.
#[derive(Clone, Debug)]
pub struct Granted<A: Action> {
    actor: Actor,
    id: String,
    action: std::marker::PhantomData<A>,
}

impl<A: Action> Granted<A> {
    /// To whom.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// On what.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// For what.
    pub fn action(&self) -> &'static str {
        A::NAME
    }
}

/// Why it was denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nobody is signed in, or the user is switched off.
    Unauthenticated,
    /// The credential is a token without the scope.
    Scope,
    /// The actor meets none of the needs.
    Permission,
    /// The engine failed; that denies too.
    Engine,
}

/// A refusal.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{action}` is refused; it can be done by: {who_could}")]
pub struct Denied {
    /// The action.
    pub action: &'static str,
    /// Why.
    pub reason: Reason,
    /// Who could do it, in words.
    pub who_could: String,
    /// Whether the asker may know that the thing exists: 403 if so, else 404.
    pub known: bool,
}

/// Decides. `Ok` is the permission itself.
pub fn authorize<A: Action>(actor: &Actor, _action: A, resource: &Resource) -> Result<Granted<A>, Denied> {
    let meets = meets(actor, resource);
    let denied = |reason| Denied {
        action: A::NAME,
        reason,
        who_could: A::NEEDS.iter().map(|need| need.word()).collect::<Vec<_>>().join(", "),
        known: known(actor, resource, &meets),
    };
    match allowed::<A>(actor, resource, &meets) {
        None => Err(denied(Reason::Engine)),
        Some(true) => {
            Ok(Granted { actor: actor.clone(), id: resource.id.clone(), action: std::marker::PhantomData })
        }
        Some(false) => Err(denied(reason::<A>(actor, &meets))),
    }
}

fn reason<A: Action>(actor: &Actor, meets: &BTreeSet<Need>) -> Reason {
    match actor {
        Actor::Anonymous | Actor::User { disabled: true, .. } => Reason::Unauthenticated,
        Actor::User { powers, disabled: false, .. } => {
            let would = A::NEEDS.iter().any(|need| meets.contains(need));
            if would && !powers.0.contains(&A::POWER) { Reason::Scope } else { Reason::Permission }
        }
        Actor::Worker | Actor::HostOperator | Actor::Scim { .. } => Reason::Permission,
    }
}

/// What everyone signed in may know of: the installation, and what they have to do with.
fn known(actor: &Actor, resource: &Resource, meets: &BTreeSet<Need>) -> bool {
    let public = match resource.kind {
        Kind::Deployment => true,
        Kind::Organisation | Kind::User => resource.org.is_some() && resource.org == actor.org(),
        Kind::Session
        | Kind::Token
        | Kind::Passkey
        | Kind::Certificate
        | Kind::Workspace
        | Kind::Upload
        | Kind::Dataset
        | Kind::Job
        | Kind::Run
        | Kind::Proposal => false,
    };
    public
        || !resource.relations.is_empty()
        || meets.contains(&Need::OrgAdmin)
        || meets.contains(&Need::Auditor)
}

fn meets(actor: &Actor, resource: &Resource) -> BTreeSet<Need> {
    let mut meets = BTreeSet::from([Need::Nothing]);
    match actor {
        Actor::Anonymous => {}
        Actor::Worker => {
            meets.insert(Need::Worker);
        }
        Actor::HostOperator => {
            meets.insert(Need::HostOperator);
        }
        Actor::Scim { org } => {
            if resource.org == Some(*org) {
                meets.insert(Need::Provisioner);
            }
        }
        Actor::User { org, roles, .. } => {
            meets.insert(Need::SignedIn);
            // An auditor and nothing else is an outside examiner, no member.
            let member = roles.0.iter().ne([&Role::Auditor]);
            let here = resource.org == Some(*org);
            let has = |role| roles.has(role);
            for (need, holds) in [
                (Need::Member, member),
                (Need::WorkspaceAdmin, has(Role::WorkspaceAdmin)),
                (Need::AnyOrgAdmin, has(Role::OrganizationAdmin)),
                (Need::AnyAuditor, has(Role::Auditor)),
                (Need::OrgAdmin, here && has(Role::OrganizationAdmin)),
                (Need::Auditor, here && has(Role::Auditor)),
            ] {
                if holds {
                    meets.insert(need);
                }
            }
            for relation in &resource.relations {
                // One's own sessions, tokens and passkeys are also the examiner's.
                if member || matches!(relation, crate::Relation::Own) {
                    meets.insert(Need::Is(*relation));
                }
            }
        }
    }
    meets
}

fn policies() -> Option<&'static PolicySet> {
    static POLICIES: OnceLock<Option<PolicySet>> = OnceLock::new();
    POLICIES.get_or_init(|| include_str!("policies.cedar").parse().ok()).as_ref()
}

fn words(texts: impl IntoIterator<Item = &'static str>) -> RestrictedExpression {
    RestrictedExpression::new_set(texts.into_iter().map(|t| RestrictedExpression::new_string(t.to_owned())))
}

/// Type names are parsed once: that costs more than a decision.
fn type_name(kind: &'static str) -> Option<EntityTypeName> {
    static NAMES: OnceLock<BTreeMap<&'static str, EntityTypeName>> = OnceLock::new();
    let words = || Kind::ALL.map(Kind::entity_type).into_iter().chain(["Actor", "Action"]);
    let names = NAMES.get_or_init(|| words().filter_map(|word| Some((word, word.parse().ok()?))).collect());
    names.get(kind).cloned()
}

fn uid(kind: &'static str, id: &str) -> Option<EntityUid> {
    Some(EntityUid::from_type_name_and_id(type_name(kind)?, EntityId::new(id)))
}

fn allowed<A: Action>(actor: &Actor, resource: &Resource, meets: &BTreeSet<Need>) -> Option<bool> {
    let (disabled, powers): (bool, Vec<Power>) = match actor {
        Actor::User { disabled, powers, .. } => (*disabled, powers.0.iter().copied().collect()),
        Actor::Anonymous | Actor::Worker | Actor::HostOperator | Actor::Scim { .. } => {
            (false, Power::ALL.to_vec())
        }
    };
    let context = Context::from_pairs([
        ("needs".to_owned(), words(A::NEEDS.iter().map(|need| need.word()))),
        ("meets".to_owned(), words(meets.iter().map(|need| need.word()))),
        ("disabled".to_owned(), RestrictedExpression::new_bool(disabled)),
        ("powers".to_owned(), words(powers.into_iter().map(Power::word))),
        ("power".to_owned(), RestrictedExpression::new_string(A::POWER.word().to_owned())),
    ])
    .ok()?;
    let principal = uid("Actor", &actor.log_name())?;
    let target = uid(resource.kind.entity_type(), &resource.id)?;
    let request = Request::new(principal, uid("Action", A::NAME)?, target, context, None).ok()?;
    let response = Authorizer::new().is_authorized(&request, policies()?, &Entities::empty());
    // An erring policy is skipped by the engine; a skipped `forbid` would open the door, so any error denies.
    if response.diagnostics().errors().next().is_some() {
        return None;
    }
    Some(response.decision() == Decision::Allow)
}

#[cfg(test)]
mod tests;
