//! Lists: what is asked, and the page that answers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    error::ScimFailure,
    filter::Filter,
    resource::{Shown, Wanted, member},
};

/// Resources of one page, at most.
pub(crate) const MOST: u64 = 200;
/// Resources of a page, when nothing is said.
const USUAL: u64 = 100;

/// What is asked for.
#[derive(Debug, PartialEq)]
pub(crate) struct Asked {
    /// Which resources.
    pub(crate) filter: Option<Filter>,
    /// Which of their attributes.
    pub(crate) wanted: Wanted,
    /// How many come before the page.
    pub(crate) skip: u64,
    /// How many are on it.
    pub(crate) count: u64,
}

fn number(name: &str, text: Option<&str>) -> Result<Option<i64>, ScimFailure> {
    let bad = |_| ScimFailure::bad("invalidValue", format!("`{name}` is a whole number"));
    text.filter(|text| !text.is_empty()).map(|text| text.parse().map_err(bad)).transpose()
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

impl Asked {
    fn new(
        filter: Option<&str>,
        wanted: Wanted,
        (start, count): (Option<i64>, Option<i64>),
    ) -> Result<Self, ScimFailure> {
        if !wanted.only.is_empty() && !wanted.without.is_empty() {
            let text = "`attributes` or `excludedAttributes`, not both";
            return Err(ScimFailure::bad("invalidValue", text));
        }
        let filter = filter.map(str::trim).filter(|text| !text.is_empty()).map(Filter::parse).transpose()?;
        // Numbers below what makes sense are read as the least that does, as the standard says.
        let skip = u64::try_from(start.unwrap_or(1).max(1) - 1).unwrap_or_default();
        let count = count.map_or(USUAL, |count| u64::try_from(count).unwrap_or_default()).min(MOST);
        Ok(Self { filter, wanted, skip: skip.min(u64::from(u32::MAX)), count })
    }

    /// Of a URL's query.
    pub(crate) fn of_query(query: &BTreeMap<String, String>) -> Result<Self, ScimFailure> {
        let find = |name: &str| {
            query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
        };
        let list = |name: &str| find(name).map(names).unwrap_or_default();
        let wanted = Wanted { only: list("attributes"), without: list("excludedAttributes") };
        let page = (number("startIndex", find("startIndex"))?, number("count", find("count"))?);
        Self::new(find("filter"), wanted, page)
    }

    /// Of the body of a search.
    pub(crate) fn of_body(body: &Map<String, Value>) -> Result<Self, ScimFailure> {
        let list = |name: &str| match member(body, name) {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(text)) => names(text),
            Some(_) | None => Vec::new(),
        };
        let wanted = Wanted { only: list("attributes"), without: list("excludedAttributes") };
        let whole = |name: &str| member(body, name).and_then(Value::as_i64);
        let filter = member(body, "filter").and_then(Value::as_str);
        Self::new(filter, wanted, (whole("startIndex"), whole("count")))
    }

    /// The page of all that the filter finds among `all`.
    pub(crate) fn page_of(&self, all: impl IntoIterator<Item = Shown>) -> Value {
        let matches = |shown: &Shown| self.filter.as_ref().is_none_or(|filter| filter.matches(&shown.value));
        let found: Vec<Shown> = all.into_iter().filter(matches).collect();
        let total = found.len();
        let skip = usize::try_from(self.skip).unwrap_or(usize::MAX);
        let count = usize::try_from(self.count).unwrap_or_default();
        self.page(found.into_iter().skip(skip).take(count), total)
    }

    /// A page that the database cut.
    pub(crate) fn page(&self, some: impl IntoIterator<Item = Shown>, total: usize) -> Value {
        let resources: Vec<Value> = some.into_iter().map(|shown| self.wanted.of(shown.value)).collect();
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": total,
            "startIndex": self.skip + 1,
            "itemsPerPage": resources.len(),
            "Resources": resources,
        })
    }
}

/// All of a short list.
pub(crate) fn all_of(resources: Vec<Value>) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": resources.len(),
        "startIndex": 1,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_numbers_are_kept_in_bounds() {
        let read = |pairs: &[(&str, &str)]| {
            let query = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Asked::of_query(&query).map(|asked| (asked.skip, asked.count, asked.filter.is_some()))
        };
        for (pairs, expected) in [
            (vec![], (0, 100, false)),
            (vec![("startIndex", "1"), ("count", "2")], (0, 2, false)),
            (vec![("startIndex", "-5"), ("count", "-1")], (0, 0, false)),
            (vec![("startindex", "11"), ("count", "9999")], (10, 200, false)),
            (vec![("filter", "id pr"), ("sortBy", "userName")], (0, 100, true)),
            (vec![("filter", " ")], (0, 100, false)),
        ] {
            assert_eq!(read(&pairs).ok(), Some(expected), "{pairs:?}");
        }
        for (pairs, word) in [
            (vec![("count", "x")], "invalidValue"),
            (vec![("filter", "id")], "invalidFilter"),
            (vec![("attributes", "id"), ("excludedAttributes", "id")], "invalidValue"),
        ] {
            assert_eq!(read(&pairs).unwrap_err().word(), Some(word), "{pairs:?}");
        }
    }
}
