//! PATCH (RFC 7644 section 3.5.2), in the forms that Entra ID and Okta send.
//!
//! Forgiven: operators in any case; booleans as texts; a value without a path whose names are paths; one object where a
//! list is meant; a filter that finds nothing, which adds a value like the one it looks for (Entra sets
//! `emails[type eq "work"].value` of people who have none); removal of listed values.

use serde_json::{Map, Value};

use super::{
    error::ScimFailure,
    filter::{Filter, Operator},
    path::Path,
    resource::member,
    schema::{Kind, Type},
};

/// Operations of one request, at most.
const MOST: usize = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Add,
    Replace,
    Remove,
}

/// Operations that were read.
#[derive(Debug)]
pub(crate) struct Patch(Vec<(Op, Option<String>, Option<Value>)>);

fn syntax(detail: &str) -> ScimFailure {
    ScimFailure::bad("invalidSyntax", detail)
}

fn operation(value: &Value) -> Result<(Op, Option<String>, Option<Value>), ScimFailure> {
    let object = value.as_object().ok_or_else(|| syntax("an operation is an object"))?;
    let word = member(object, "op").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let op = match word.as_str() {
        "add" => Op::Add,
        "replace" => Op::Replace,
        "remove" => Op::Remove,
        _unknown => return Err(syntax("`op` is `add`, `replace` or `remove`")),
    };
    let path = match member(object, "path") {
        Some(Value::String(path)) if !path.trim().is_empty() => Some(path.clone()),
        None | Some(Value::Null | Value::String(_)) => None,
        Some(_) => return Err(syntax("`path` is a text")),
    };
    let value = member(object, "value").cloned();
    match (op, &path, &value) {
        (Op::Remove, None, _) => Err(ScimFailure::bad("noTarget", "`remove` needs a `path`")),
        (Op::Add | Op::Replace, None, Some(Value::Object(_))) | (_, Some(_), _) => Ok((op, path, value)),
        (Op::Add | Op::Replace, None, _) => {
            Err(ScimFailure::bad("invalidValue", "without a `path` the `value` is an object"))
        }
    }
}

impl Patch {
    /// Reads a request.
    pub(crate) fn parse(body: &Value) -> Result<Self, ScimFailure> {
        let object = body.as_object().ok_or_else(|| syntax("the body is an object"))?;
        let list = member(object, "Operations").and_then(Value::as_array);
        let list = list.ok_or_else(|| syntax("`Operations` is a list"))?;
        if list.is_empty() || list.len() > MOST {
            return Err(syntax("1 to 1000 operations"));
        }
        Ok(Self(list.iter().map(operation).collect::<Result<_, _>>()?))
    }

    /// Carries the operations out on a resource, one after the other.
    pub(crate) fn apply(self, kind: &Type, resource: &mut Map<String, Value>) -> Result<(), ScimFailure> {
        for (op, path, value) in self.0 {
            match (path, value) {
                (Some(path), value) => {
                    let Some(path) = Path::parse(kind, &path)? else { continue };
                    if path.attribute.kind == Kind::ReadOnly {
                        let text = format!("`{}` is written by this server only", path.attribute.name);
                        return Err(ScimFailure::bad("mutability", text));
                    }
                    set(op, &path, value, resource)?;
                }
                (None, Some(Value::Object(all))) => {
                    for (name, value) in all {
                        // Okta sends the id along: it is ignored, as in a whole resource.
                        match Path::parse(kind, &name)? {
                            Some(path) if path.attribute.kind != Kind::ReadOnly => {
                                set(op, &path, Some(value), resource)?;
                            }
                            Some(_) | None => {}
                        }
                    }
                }
                (None, _) => return Err(syntax("an operation has a path or an object")),
            }
        }
        Ok(())
    }
}

fn needed(value: Option<Value>, path: &Path) -> Result<Value, ScimFailure> {
    value.ok_or_else(|| {
        ScimFailure::bad("invalidValue", format!("a `value` for `{}` is missing", path.attribute.name))
    })
}

fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    let known = object.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
    let name = known.unwrap_or_else(|| name.to_owned());
    if value.is_null() {
        object.remove(&name);
    } else {
        object.insert(name, value);
    }
}

fn merge(object: &mut Map<String, Value>, more: Map<String, Value>) {
    for (name, value) in more {
        put(object, &name, value);
    }
}

fn set(
    op: Op,
    path: &Path,
    value: Option<Value>,
    resource: &mut Map<String, Value>,
) -> Result<(), ScimFailure> {
    let name = path.attribute.name;
    match path.attribute.kind {
        Kind::ReadOnly => Ok(()),
        Kind::Single if path.filter.is_some() || path.part.is_some() => {
            Err(ScimFailure::bad("invalidPath", format!("`{name}` has no parts")))
        }
        Kind::Single => {
            let value = if op == Op::Remove { Value::Null } else { needed(value, path)? };
            put(resource, name, value);
            Ok(())
        }
        Kind::Complex => complex(op, path, value, resource),
        Kind::List => {
            let mut list = match resource.remove(name) {
                Some(Value::Array(list)) => list,
                Some(_) | None => Vec::new(),
            };
            match &path.filter {
                Some(filter) => some_of(op, path, filter, value, &mut list)?,
                None => all_of(op, path, value, &mut list)?,
            }
            if !list.is_empty() {
                resource.insert(name.to_owned(), Value::Array(list));
            }
            Ok(())
        }
    }
}

fn complex(
    op: Op,
    path: &Path,
    value: Option<Value>,
    resource: &mut Map<String, Value>,
) -> Result<(), ScimFailure> {
    let name = path.attribute.name;
    if path.filter.is_some() {
        return Err(ScimFailure::bad("invalidPath", format!("`{name}` is no list")));
    }
    let mut parts = match resource.remove(name) {
        Some(Value::Object(parts)) => parts,
        Some(_) | None => Map::new(),
    };
    match (op, &path.part) {
        (Op::Remove, Some(part)) => put(&mut parts, part, Value::Null),
        (Op::Remove, None) => parts.clear(),
        (Op::Add | Op::Replace, Some(part)) => put(&mut parts, part, needed(value, path)?),
        (Op::Add | Op::Replace, None) => match needed(value, path)? {
            Value::Object(more) => merge(&mut parts, more),
            Value::Null => parts.clear(),
            _other => return Err(ScimFailure::bad("invalidValue", format!("`{name}` is an object"))),
        },
    }
    if !parts.is_empty() {
        resource.insert(name.to_owned(), Value::Object(parts));
    }
    Ok(())
}

/// What is meant as a list: a list, or its one element.
fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

fn same(one: &Value, two: &Value) -> bool {
    one.get("value") == two.get("value") && one.get("type") == two.get("type")
}

/// A new primary value takes the place of the one before.
fn adopt(list: &mut Vec<Value>, new: Value) {
    if new.get("primary") == Some(&Value::Bool(true)) {
        for other in list.iter_mut().filter_map(Value::as_object_mut) {
            if other.contains_key("primary") {
                other.insert("primary".into(), Value::Bool(false));
            }
        }
    }
    match list.iter_mut().find(|other| same(other, &new)) {
        Some(there) => *there = new,
        None => list.push(new),
    }
}

/// An operation on a whole list.
fn all_of(op: Op, path: &Path, value: Option<Value>, list: &mut Vec<Value>) -> Result<(), ScimFailure> {
    if let Some(part) = &path.part {
        for one in list.iter_mut().filter_map(Value::as_object_mut) {
            let value = if op == Op::Remove { Value::Null } else { needed(value.clone(), path)? };
            put(one, part, value);
        }
        return Ok(());
    }
    match op {
        Op::Add => listed(needed(value, path)?).into_iter().for_each(|new| adopt(list, new)),
        Op::Replace => *list = listed(needed(value, path)?),
        Op::Remove => match value {
            None | Some(Value::Null) => list.clear(),
            // Entra removes members so.
            Some(value) => {
                let gone = listed(value);
                let is_gone = |one: &Value| {
                    let id = one.get("value");
                    gone.iter().any(|other| other.get("value").or(Some(other)) == id)
                };
                list.retain(|one| !is_gone(one));
            }
        },
    }
    Ok(())
}

/// An object of what a filter says that a value is equal to.
fn imagined(filter: &Filter) -> Option<Map<String, Value>> {
    match filter {
        Filter::Compare(name, Operator::Eq, value) => Some(Map::from_iter([(name.clone(), value.clone())])),
        Filter::And(one, two) => {
            let mut all = imagined(one)?;
            all.extend(imagined(two)?);
            Some(all)
        }
        Filter::Compare(..) | Filter::Or(..) | Filter::Not(_) | Filter::Present(_) | Filter::Within(..) => {
            None
        }
    }
}

/// An operation on those values of a list that a filter finds.
fn some_of(
    op: Op,
    path: &Path,
    filter: &Filter,
    value: Option<Value>,
    list: &mut Vec<Value>,
) -> Result<(), ScimFailure> {
    if op == Op::Remove {
        match &path.part {
            None => list.retain(|one| !filter.matches(one)),
            Some(part) => {
                let found =
                    list.iter_mut().filter(|one| filter.matches(one)).filter_map(Value::as_object_mut);
                found.for_each(|one| put(one, part, Value::Null));
            }
        }
        return Ok(());
    }
    let value = needed(value, path)?;
    if !list.iter().any(|one| filter.matches(one)) {
        let new = imagined(filter).ok_or_else(|| {
            ScimFailure::bad("noTarget", format!("no value of `{}` is like that", path.attribute.name))
        })?;
        list.push(Value::Object(new));
    }
    let found = list.iter_mut().filter(|one| filter.matches(one)).filter_map(Value::as_object_mut);
    for one in found {
        match (&path.part, &value) {
            (Some(part), value) => put(one, part, value.clone()),
            (None, Value::Object(more)) => merge(one, more.clone()),
            (None, _) => {
                let text = format!("a value of `{}` is an object", path.attribute.name);
                return Err(ScimFailure::bad("invalidValue", text));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
