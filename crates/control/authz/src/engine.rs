//! The policy engine: Cedar, with everything that can fail denying.

use std::{collections::HashSet, sync::OnceLock};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};

use crate::{Actor, Resource, actions::ALL, role_name};

type Broken = Box<dyn std::error::Error + Send + Sync>;

struct Engine {
    authorizer: Authorizer,
    policies: PolicySet,
    actions: Vec<Entity>,
}

impl Engine {
    fn new() -> Result<Self, Broken> {
        let policies: PolicySet = include_str!("policies.cedar").parse()?;
        let mut actions = Vec::new();
        let mut groups = HashSet::new();
        for (name, group) in ALL {
            let mut parents = HashSet::new();
            if let Some(group) = group {
                groups.insert(*group);
                parents.insert(uid("Action", group)?);
            }
            actions.push(Entity::new_no_attrs(uid("Action", name)?, parents));
        }
        for group in groups {
            actions.push(Entity::new_no_attrs(uid("Action", group)?, HashSet::new()));
        }
        Ok(Self { authorizer: Authorizer::new(), policies, actions })
    }

    fn decide(&self, actor: &Actor, action: &str, resource: &Resource) -> Result<Decision, Broken> {
        let principal = principal(actor)?;
        let target = target(resource)?;
        let request =
            Request::new(principal.uid(), uid("Action", action)?, target.uid(), Context::empty(), None)?;
        let entities = self.actions.iter().cloned().chain([principal, target]);
        let entities = Entities::from_entities(entities, None)?;
        let response = self.authorizer.is_authorized(&request, &self.policies, &entities);
        // A policy that could not be evaluated may have been the one that mattered.
        match response.diagnostics().errors().next() {
            Some(error) => Err(error.to_string().into()),
            None => Ok(response.decision()),
        }
    }
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, Broken> {
    Ok(EntityUid::from_type_name_and_id(kind.parse::<EntityTypeName>()?, EntityId::new(id)))
}

fn texts(texts: impl IntoIterator<Item = &'static str>) -> RestrictedExpression {
    RestrictedExpression::new_set(texts.into_iter().map(|t| RestrictedExpression::new_string(t.into())))
}

fn principal(actor: &Actor) -> Result<Entity, Broken> {
    let service = |name: &str| Ok(Entity::new_no_attrs(uid("Service", name)?, HashSet::new()));
    match actor {
        Actor::Anonymous => service("anonymous"),
        Actor::Worker => service("worker"),
        Actor::HostOperator => service("host_operator"),
        Actor::User(user) => {
            let organisation = RestrictedExpression::new_string(user.organisation.to_string());
            let roles = texts(user.roles.0.iter().map(|r| role_name(*r)));
            let attributes = [("organisation".to_owned(), organisation), ("roles".to_owned(), roles)];
            Ok(Entity::new(uid("User", &user.id.to_string())?, attributes.into(), HashSet::new())?)
        }
    }
}

fn target(resource: &Resource) -> Result<Entity, Broken> {
    let relations = texts(resource.relations.iter().map(|r| r.as_str()));
    let mut attributes = std::collections::HashMap::from([("relations".to_owned(), relations)]);
    if let Some(organisation) = resource.organisation {
        let text = RestrictedExpression::new_string(organisation.to_string());
        attributes.insert("organisation".into(), text);
    }
    Ok(Entity::new(uid("Resource", &resource.id)?, attributes, HashSet::new())?)
}

fn engine() -> Option<&'static Engine> {
    static ENGINE: OnceLock<Option<Engine>> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new().ok()).as_ref()
}

/// Whether the policies permit it. Any error, the policies' own included, is a no.
pub(crate) fn permits(actor: &Actor, action: &str, resource: &Resource) -> bool {
    engine().is_some_and(|e| matches!(e.decide(actor, action, resource), Ok(Decision::Allow)))
}

/// Says what is wrong with the policies, if anything.
#[cfg(test)]
pub(crate) fn self_check() -> Result<(), Broken> {
    let engine = Engine::new()?;
    for (name, _) in ALL {
        engine.decide(&Actor::Worker, name, &Resource::plain("deployment"))?;
    }
    Ok(())
}
