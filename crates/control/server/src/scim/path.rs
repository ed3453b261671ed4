//! Paths of attributes: `userName`, `name.familyName`, `emails[type eq "work"].value`, with or without a schema before.

use super::{
    error::ScimFailure,
    filter::Filter,
    schema::{Attribute, GROUP, Type, USER},
};

/// The longest path.
const LONGEST: usize = 1000;

/// Where something is in a resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    /// The attribute.
    pub(crate) attribute: Attribute,
    /// Which of its values.
    pub(crate) filter: Option<Filter>,
    /// Which part of it.
    pub(crate) part: Option<String>,
}

fn bad(path: &str) -> ScimFailure {
    let shown: String = path.chars().take(80).collect();
    ScimFailure::bad("invalidPath", format!("`{shown}` is no path of an attribute"))
}

/// Without the schema of the resource; `None` for an attribute of another schema.
fn bare<'a>(kind: &Type, path: &'a str) -> Option<&'a str> {
    if !path.to_ascii_lowercase().starts_with("urn:") {
        return Some(path);
    }
    let own = path.get(..kind.schema.len()).is_some_and(|urn| urn.eq_ignore_ascii_case(kind.schema));
    if own { path.get(kind.schema.len()..)?.strip_prefix(':') } else { None }
}

fn word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'$' | b'-' | b'_'))
}

impl Path {
    /// Reads a path. `None` for an attribute that nobody here knows: it is ignored.
    pub(crate) fn parse(kind: &Type, path: &str) -> Result<Option<Self>, ScimFailure> {
        let path = path.trim();
        if path.len() > LONGEST {
            return Err(bad(path));
        }
        let Some(text) = bare(kind, path) else { return Ok(None) };
        let (name, rest) = match text.find(['[', '.']) {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        if !word(name) {
            return Err(bad(path));
        }
        let (filter, rest) = match rest.strip_prefix('[') {
            Some(inside) => {
                let (filter, after) = inside.rsplit_once(']').ok_or_else(|| bad(path))?;
                (Some(Filter::parse(filter)?), after)
            }
            None => (None, rest),
        };
        let part = match rest.strip_prefix('.') {
            Some(part) if word(part) => Some(part.to_owned()),
            None if rest.is_empty() => None,
            Some(_) | None => return Err(bad(path)),
        };
        Ok(kind.attribute(name).map(|attribute| Self { attribute, filter, part }))
    }
}

/// The name of an attribute in a list of such, without a schema.
pub(crate) fn plain(name: &str) -> &str {
    let name = name.trim();
    for schema in [USER, GROUP] {
        if name.get(..schema.len()).is_some_and(|urn| urn.eq_ignore_ascii_case(schema)) {
            return name.get(schema.len() + 1..).unwrap_or_default();
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::{GROUPS, USERS};

    #[test]
    fn paths_are_read_as_providers_write_them() {
        let read = |kind: &Type, path: &str| {
            let found = Path::parse(kind, path).map_err(|failure| failure.word().unwrap_or_default());
            found.map(|path| path.map(|p| (p.attribute.name, p.filter.is_some(), p.part)))
        };
        for (path, expected) in [
            ("userName", Ok(Some(("userName", false, None)))),
            ("USERNAME", Ok(Some(("userName", false, None)))),
            ("name.familyName", Ok(Some(("name", false, Some("familyName".to_owned()))))),
            ("emails[type eq \"work\"].value", Ok(Some(("emails", true, Some("value".to_owned()))))),
            ("emails[type eq \"a]b\"]", Ok(Some(("emails", true, None)))),
            ("urn:ietf:params:scim:schemas:core:2.0:User:active", Ok(Some(("active", false, None)))),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", Ok(None)),
            ("title", Ok(None)),
            ("phoneNumbers[type eq \"work\"].value", Ok(None)),
            ("", Err("invalidPath")),
            ("emails[type eq", Err("invalidPath")),
            ("emails[type]", Err("invalidFilter")),
            ("name.", Err("invalidPath")),
            ("a b", Err("invalidPath")),
        ] {
            assert_eq!(read(&USERS, path), expected, "{path}");
        }
        assert_eq!(read(&GROUPS, "members[value eq \"x\"]"), Ok(Some(("members", true, None))));
        assert_eq!(plain("urn:ietf:params:scim:schemas:core:2.0:User:userName"), "userName");
    }
}
