//! Which roles groups give, and who says so.
//!
//! A rule's group is decided by one source. Once the provider pushes a group of that name (or of that id of its own), its
//! members are as pushed; until then, as the ID token of the last sign-in said. Organisation admin is never given or taken
//! by a pushed group.

use std::collections::{BTreeMap, BTreeSet};

use cloister_model::{Role, Roles};

/// What is known of a person's groups.
pub(crate) struct Decided<'a> {
    /// Groups that the provider pushes.
    pub(crate) pushed: &'a BTreeSet<String>,
    /// Those of them in which the person is.
    pub(crate) mine: &'a BTreeSet<String>,
    /// What an ID token says, at a sign-in.
    pub(crate) told: Option<&'a [String]>,
}

impl Decided<'_> {
    /// Whether the person is in the group of a rule; `None` where this is not known now.
    fn is_in(&self, group: &String, role: Role) -> Option<bool> {
        if role != Role::OrganizationAdmin && self.pushed.contains(group) {
            Some(self.mine.contains(group))
        } else {
            self.told.map(|told| told.contains(group))
        }
    }
}

/// The roles of a person: a role is given when a group gives it, taken when every rule that names it is decided and none
/// gives it, and otherwise as it was.
pub(crate) fn mapped(rules: &BTreeMap<String, Role>, now: &Roles, decided: &Decided<'_>) -> Roles {
    let mut roles = now.clone();
    for role in Role::ALL {
        let said: Vec<Option<bool>> = rules
            .iter()
            .filter(|(_, given)| **given == role)
            .map(|(group, _)| decided.is_in(group, role))
            .collect();
        if said.contains(&Some(true)) {
            roles.0.insert(role);
        } else if !said.is_empty() && said.iter().all(Option::is_some) {
            roles.0.remove(&role);
        }
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_decided_by_one_source_and_a_role_that_nobody_decides_stays() {
        let rules = BTreeMap::from([
            ("makers".to_owned(), Role::WorkspaceAdmin),
            ("chiefs".to_owned(), Role::WorkspaceAdmin),
            ("revision".to_owned(), Role::Auditor),
            ("bosses".to_owned(), Role::OrganizationAdmin),
        ]);
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let (w, a, o) = (Role::WorkspaceAdmin, Role::Auditor, Role::OrganizationAdmin);
        for (why, now, pushed, mine, told, then) in [
            ("groups of a token", vec![a, w], vec![], vec![], Some(vec!["chiefs", "x"]), vec![w]),
            ("left every group", vec![a, w], vec![], vec![], Some(vec![]), vec![]),
            ("nothing is known", vec![a, w], vec![], vec![], None, vec![a, w]),
            ("pushed into", vec![], vec!["makers"], vec!["makers"], None, vec![w]),
            ("out of one, the other is the token's", vec![w], vec!["makers"], vec![], None, vec![w]),
            ("out of both", vec![w], vec!["makers", "chiefs"], vec![], None, vec![]),
            ("out of the only one", vec![a, w], vec!["revision"], vec![], None, vec![w]),
            (
                "a token's word on a pushed group",
                vec![],
                vec!["revision"],
                vec![],
                Some(vec!["revision"]),
                vec![],
            ),
            (
                "pushed, the token is silent on it",
                vec![],
                vec!["revision"],
                vec!["revision"],
                Some(vec![]),
                vec![a],
            ),
            ("a pushed group makes no boss", vec![], vec!["bosses"], vec!["bosses"], None, vec![]),
            ("nor unmakes one", vec![o], vec!["bosses"], vec![], None, vec![o]),
            ("a token does", vec![], vec!["bosses"], vec![], Some(vec!["bosses"]), vec![o]),
        ] {
            let told: Option<Vec<String>> = told.map(|list| list.into_iter().map(str::to_owned).collect());
            let (pushed, mine) = (set(&pushed), set(&mine));
            let decided = Decided { pushed: &pushed, mine: &mine, told: told.as_deref() };
            let roles = |list: Vec<Role>| Roles(list.into_iter().collect());
            assert_eq!(mapped(&rules, &roles(now), &decided), roles(then), "{why}");
        }
    }
}
