//! Users as JSON.

use cloister_app::people::scim::Person;
use cloister_store::people::scim::{Attributes, MailAddress, PersonName, Provisioned};
use serde_json::{Map, Value};

use super::{
    error::ScimFailure,
    resource::{Shown, filled, member, text, truth},
    schema::USERS,
};

fn emails(list: &[MailAddress]) -> Option<Value> {
    let each = list.iter().map(|one| {
        Value::Object(filled([
            ("value", Some(one.value.clone().into())),
            ("type", one.kind.clone().map(Into::into)),
            ("display", one.display.clone().map(Into::into)),
            ("primary", one.primary.map(Into::into)),
        ]))
    });
    let each: Vec<Value> = each.collect();
    (!each.is_empty()).then_some(Value::Array(each))
}

fn name(name: &PersonName) -> Option<Value> {
    let parts = filled([
        ("formatted", name.formatted.clone().map(Into::into)),
        ("familyName", name.family_name.clone().map(Into::into)),
        ("givenName", name.given_name.clone().map(Into::into)),
    ]);
    (!parts.is_empty()).then_some(Value::Object(parts))
}

/// What the provider may write, as it stands.
pub(crate) fn writable(person: &Person) -> Map<String, Value> {
    let Attributes { name: parts, display_name, emails: list } = &person.attributes;
    filled([
        ("externalId", person.external_id.clone().map(Into::into)),
        ("userName", Some(person.user_name.clone().into())),
        ("name", name(parts)),
        ("displayName", display_name.clone().map(Into::into)),
        ("active", Some(person.active.into())),
        ("emails", emails(list)),
    ])
}

/// A user as shown.
pub(crate) fn shown(public_url: &str, found: &Provisioned) -> Shown {
    let row = &found.row;
    let attributes = writable(&Person::from(found));
    Shown::new(&USERS, public_url, &row.owner.to_string(), (row.created, row.modified), attributes)
}

fn address(value: &Value) -> Result<MailAddress, ScimFailure> {
    let bad = || ScimFailure::bad("invalidValue", "a value of `emails` is an object with a `value`");
    let parts = value.as_object().ok_or_else(bad)?;
    Ok(MailAddress {
        value: text(parts, "value")?.ok_or_else(bad)?,
        kind: text(parts, "type")?,
        display: text(parts, "display")?,
        primary: truth(parts, "primary")?,
    })
}

/// Reads a user; what nobody knows is ignored. `active` is what it is when nothing is said of it.
pub(crate) fn parse(all: &Map<String, Value>, active: bool) -> Result<Person, ScimFailure> {
    let user_name = text(all, "userName")?;
    let user_name = user_name.ok_or_else(|| ScimFailure::bad("invalidValue", "a user has a `userName`"))?;
    let name = match member(all, "name") {
        None | Some(Value::Null) => PersonName::default(),
        Some(Value::Object(parts)) => PersonName {
            formatted: text(parts, "formatted")?,
            family_name: text(parts, "familyName")?,
            given_name: text(parts, "givenName")?,
        },
        Some(_) => return Err(ScimFailure::bad("invalidValue", "`name` is an object")),
    };
    let emails = match member(all, "emails") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list.iter().map(address).collect::<Result<_, _>>()?,
        Some(one) => vec![address(one)?],
    };
    if emails.iter().filter(|one| one.primary == Some(true)).count() > 1 {
        return Err(ScimFailure::bad("invalidValue", "one of `emails` is primary"));
    }
    Ok(Person {
        user_name,
        external_id: text(all, "externalId")?,
        active: truth(all, "active")?.unwrap_or(active),
        attributes: Attributes { name, display_name: text(all, "displayName")?, emails },
    })
}
