//! What users and groups have in common as JSON: meta with its version, and which attributes are shown.

use axum::http::{HeaderMap, header};
use cloister_model::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{ROOT, error::ScimFailure, path::plain, schema::Type};
use crate::problem::Failure;

/// A resource with its entity tag.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// All of it.
    pub(crate) value: Value,
    /// The tag, as the header has it.
    pub(crate) version: String,
}

impl Shown {
    /// A resource with `schemas`, `id` and `meta`.
    pub(crate) fn new(
        kind: &Type,
        public_url: &str,
        id: &str,
        (created, modified): (Timestamp, Timestamp),
        attributes: Map<String, Value>,
    ) -> Self {
        let bytes = serde_json::to_vec(&(id, &attributes, modified.micros())).unwrap_or_default();
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let version = format!("W/\"{}\"", hex::encode(&digest[..16]));
        let mut all = Map::from_iter([("schemas".into(), json!([kind.schema])), ("id".into(), id.into())]);
        all.extend(attributes);
        let meta = json!({
            "resourceType": kind.name,
            "created": created.to_string(),
            "lastModified": modified.to_string(),
            "location": format!("{public_url}{ROOT}{}/{id}", kind.path),
            "version": version,
        });
        all.insert("meta".into(), meta);
        Self { value: Value::Object(all), version }
    }

    /// Where it is.
    pub(crate) fn location(&self) -> &str {
        self.value.pointer("/meta/location").and_then(Value::as_str).unwrap_or_default()
    }
}

fn names_version(headers: &HeaderMap, name: header::HeaderName, version: &str) -> Option<bool> {
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    let opaque = version.trim_start_matches("W/");
    Some(values.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')).any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.trim_start_matches("W/") == opaque
    }))
}

/// Refuses a change of another version than the one that the caller saw, if it says which.
pub(crate) fn if_match(headers: &HeaderMap, now: &Shown) -> Result<(), ScimFailure> {
    match names_version(headers, header::IF_MATCH, &now.version) {
        Some(false) => {
            let text = "it was changed after you read it; read it again and repeat the change";
            Err(Failure::new(412, "precondition-failed", text).into())
        }
        Some(true) | None => Ok(()),
    }
}

/// Whether the caller has this version already.
pub(crate) fn is_known(headers: &HeaderMap, now: &Shown) -> bool {
    names_version(headers, header::IF_NONE_MATCH, &now.version) == Some(true)
}

/// Which attributes are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// These only.
    pub(crate) only: Vec<String>,
    /// All but these.
    pub(crate) without: Vec<String>,
}

/// Attributes that are always there.
const ALWAYS: [&str; 2] = ["schemas", "id"];

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|one| plain(one).eq_ignore_ascii_case(name))
}

/// The parts of an attribute that are named: `name.familyName`.
fn parts<'a>(names: &'a [String], name: &str) -> Vec<&'a str> {
    let split = names.iter().filter_map(|one| plain(one).split_once('.'));
    split.filter(|(head, _)| head.eq_ignore_ascii_case(name)).map(|(_, part)| part).collect()
}

fn keep_parts(value: &mut Value, keep: &dyn Fn(&str) -> bool) {
    match value {
        Value::Object(all) => all.retain(|name, _| keep(name)),
        Value::Array(list) => list.iter_mut().for_each(|one| keep_parts(one, keep)),
        _single => {}
    }
}

impl Wanted {
    /// Leaves what is asked for.
    pub(crate) fn of(&self, mut value: Value) -> Value {
        let Value::Object(all) = &mut value else { return value };
        let is_in = |list: &[&str], name: &str| list.iter().any(|one| one.eq_ignore_ascii_case(name));
        all.retain(|name, inner| {
            if ALWAYS.contains(&name.as_str()) {
                return true;
            }
            if !self.only.is_empty() && !has(&self.only, name) {
                let some = parts(&self.only, name);
                keep_parts(inner, &|part| is_in(&some, part));
                return !some.is_empty();
            }
            let gone = parts(&self.without, name);
            if !gone.is_empty() {
                keep_parts(inner, &|part| !is_in(&gone, part));
            }
            !has(&self.without, name)
        });
        value
    }
}

/// A text, or nothing.
pub(crate) fn text(object: &Map<String, Value>, name: &str) -> Result<Option<String>, ScimFailure> {
    match member(object, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(ScimFailure::bad("invalidValue", format!("`{name}` is a text"))),
    }
}

/// A truth value, also as Entra writes it.
pub(crate) fn truth(object: &Map<String, Value>, name: &str) -> Result<Option<bool>, ScimFailure> {
    match member(object, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(ScimFailure::bad("invalidValue", format!("`{name}` is true or false"))),
    }
}

/// A member of an object, whatever the case of its name.
pub(crate) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The object of a body.
pub(crate) fn object(body: Value) -> Result<Map<String, Value>, ScimFailure> {
    match body {
        Value::Object(all) => Ok(all),
        _other => Err(ScimFailure::bad("invalidSyntax", "the body is a JSON object")),
    }
}

/// With what is there, and nothing for what is not.
pub(crate) fn filled<const N: usize>(pairs: [(&str, Option<Value>); N]) -> Map<String, Value> {
    pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_shown_and_the_id_always() {
        let ana = json!({ "schemas": ["s"], "id": "1", "userName": "a", "name": { "givenName": "A", "familyName": "L" },
            "emails": [{ "value": "v", "type": "work" }], "meta": {} });
        let shown = |only: &[&str], without: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
            Wanted { only: owned(only), without: owned(without) }.of(ana.clone())
        };
        assert_eq!(shown(&[], &[]), ana);
        assert_eq!(shown(&["username"], &[]), json!({ "schemas": ["s"], "id": "1", "userName": "a" }));
        assert_eq!(
            shown(&["urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", "emails.value"], &[]),
            json!({ "schemas": ["s"], "id": "1", "name": { "givenName": "A" }, "emails": [{ "value": "v" }] })
        );
        let without = shown(&[], &["emails", "id", "name.givenName", "meta"]);
        let left = json!({ "schemas": ["s"], "id": "1", "userName": "a", "name": { "familyName": "L" } });
        assert_eq!(without, left);
    }
}
