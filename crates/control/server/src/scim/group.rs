//! Groups as JSON.

use std::collections::BTreeSet;

use cloister_app::people::scim::{ProvisionedGroup, Team};
use cloister_model::UserId;
use serde_json::{Map, Value, json};

use super::{
    ROOT,
    error::ScimFailure,
    resource::{Shown, filled, member, text},
    schema::{GROUPS, USERS},
};

/// What the provider may write, as it stands.
pub(crate) fn writable(public_url: &str, group: &ProvisionedGroup) -> Map<String, Value> {
    let members = group.members.iter().map(|id| {
        json!({ "value": id.to_string(), "$ref": format!("{public_url}{ROOT}{}/{id}", USERS.path), "type": USERS.name })
    });
    let members: Vec<Value> = members.collect();
    filled([
        ("externalId", group.row.external_id.clone().map(Into::into)),
        ("displayName", Some(group.row.name.clone().into())),
        ("members", (!members.is_empty()).then_some(Value::Array(members))),
    ])
}

/// A group as shown.
pub(crate) fn shown(public_url: &str, group: &ProvisionedGroup) -> Shown {
    let row = &group.row;
    let attributes = writable(public_url, group);
    Shown::new(&GROUPS, public_url, &row.id.to_string(), (row.created, row.modified), attributes)
}

fn user_id(value: &Value) -> Result<UserId, ScimFailure> {
    let bad = |why: &str| ScimFailure::bad("invalidValue", why);
    let parts = value.as_object().ok_or_else(|| bad("a value of `members` is an object with a `value`"))?;
    if text(parts, "type")?.is_some_and(|kind| !kind.eq_ignore_ascii_case(USERS.name)) {
        return Err(bad("members are users: groups are not nested"));
    }
    let id = text(parts, "value")?.unwrap_or_default();
    id.parse().map_err(|_| bad("a member is no user that this provider provisions here"))
}

/// Reads a group; what nobody knows is ignored.
pub(crate) fn parse(all: &Map<String, Value>) -> Result<Team, ScimFailure> {
    let name = text(all, "displayName")?;
    let name = name.ok_or_else(|| ScimFailure::bad("invalidValue", "a group has a `displayName`"))?;
    let members = match member(all, "members") {
        None | Some(Value::Null) => BTreeSet::new(),
        Some(Value::Array(list)) => list.iter().map(user_id).collect::<Result<_, _>>()?,
        Some(one) => BTreeSet::from([user_id(one)?]),
    };
    Ok(Team { name, external_id: text(all, "externalId")?, members })
}
