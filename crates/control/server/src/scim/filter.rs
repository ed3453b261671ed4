//! Filters (RFC 7644 section 3.4.2.2): read, and held against a resource.

use serde_json::Value;

use super::error::ScimFailure;

/// The longest filter.
const LONGEST: usize = 2000;
/// How deep parentheses may be.
const DEEPEST: usize = 20;

/// How values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    /// Both hold.
    And(Box<Self>, Box<Self>),
    /// One holds.
    Or(Box<Self>, Box<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// The attribute has a value.
    Present(String),
    /// The attribute has a value like that.
    Compare(String, Operator, Value),
    /// One value of the attribute is like that.
    Within(String, Box<Self>),
}

fn bad(detail: impl Into<String>) -> ScimFailure {
    ScimFailure::bad("invalidFilter", detail)
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Open,
    Close,
    In,
    Out,
    Text(Value),
    Name(String),
}

fn words(text: &str) -> Result<Vec<Word>, ScimFailure> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '(' => (Word::Open, &rest[1..]),
            ')' => (Word::Close, &rest[1..]),
            '[' => (Word::In, &rest[1..]),
            ']' => (Word::Out, &rest[1..]),
            '"' => {
                let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
                let value = values.next().and_then(Result::ok);
                let value = value.ok_or_else(|| bad("a text in the filter has no end"))?;
                let end = values.byte_offset();
                (Word::Text(value), &rest[end..])
            }
            _name => {
                let end =
                    rest.find(|c: char| c.is_whitespace() || "()[]\"".contains(c)).unwrap_or(rest.len());
                (Word::Name(rest[..end].to_owned()), &rest[end..])
            }
        };
        words.push(word);
        rest = after.trim_start();
    }
    Ok(words)
}

struct Reader {
    words: std::iter::Peekable<std::vec::IntoIter<Word>>,
    depth: usize,
}

impl Reader {
    fn deeper(&mut self) -> Result<(), ScimFailure> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(bad("the filter is nested too deep")) } else { Ok(()) }
    }

    fn keyword(&mut self, wanted: &str) -> bool {
        let found = matches!(self.words.peek(), Some(Word::Name(name)) if name.eq_ignore_ascii_case(wanted));
        if found {
            self.words.next();
        }
        found
    }

    fn expect(&mut self, wanted: &Word, shown: &str) -> Result<(), ScimFailure> {
        if self.words.next().as_ref() == Some(wanted) {
            Ok(())
        } else {
            Err(bad(format!("`{shown}` is missing in the filter")))
        }
    }

    fn any(&mut self) -> Result<Filter, ScimFailure> {
        self.deeper()?;
        let mut left = self.all()?;
        while self.keyword("or") {
            left = Filter::Or(Box::new(left), Box::new(self.all()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn all(&mut self) -> Result<Filter, ScimFailure> {
        let mut left = self.one()?;
        while self.keyword("and") {
            left = Filter::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Filter, ScimFailure> {
        if self.keyword("not") {
            self.deeper()?;
            self.expect(&Word::Open, "(")?;
            let inner = self.any()?;
            self.expect(&Word::Close, ")")?;
            return Ok(Filter::Not(Box::new(inner)));
        }
        match self.words.next() {
            Some(Word::Open) => {
                let inner = self.any()?;
                self.expect(&Word::Close, ")")?;
                Ok(inner)
            }
            Some(Word::Name(name)) => self.about(name),
            Some(Word::Close | Word::In | Word::Out | Word::Text(_)) | None => {
                Err(bad("a filter names an attribute, as in `userName eq \"ana@north.example\"`"))
            }
        }
    }

    fn about(&mut self, name: String) -> Result<Filter, ScimFailure> {
        let name = super::path::plain(&name).to_owned();
        if self.words.next_if_eq(&Word::In).is_none() {
            return self.compared(name);
        }
        let inner = self.any()?;
        self.expect(&Word::Out, "]")?;
        // Entra asks for `emails[type eq "work"].value eq "..."`, which the standard's grammar does not have.
        let part = self.words.next_if(|word| matches!(word, Word::Name(name) if name.starts_with('.')));
        let inner = match part {
            Some(Word::Name(part)) => {
                let compared = self.compared(part.trim_start_matches('.').to_owned())?;
                Filter::And(Box::new(inner), Box::new(compared))
            }
            Some(Word::Open | Word::Close | Word::In | Word::Out | Word::Text(_)) | None => inner,
        };
        Ok(Filter::Within(name, Box::new(inner)))
    }

    fn compared(&mut self, name: String) -> Result<Filter, ScimFailure> {
        let Some(Word::Name(operator)) = self.words.next() else {
            return Err(bad("an operator is missing in the filter"));
        };
        if operator.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(name));
        }
        let operator = Operator::named(&operator)?;
        let value = match self.words.next() {
            Some(Word::Text(value)) => value,
            Some(Word::Name(word)) => serde_json::from_str(&word.to_ascii_lowercase())
                .map_err(|_| bad("a text in a filter stands in double quotes"))?,
            Some(Word::Open | Word::Close | Word::In | Word::Out) | None => {
                return Err(bad("a value is missing in the filter"));
            }
        };
        Ok(Filter::Compare(name, operator, value))
    }
}

impl Operator {
    fn named(word: &str) -> Result<Self, ScimFailure> {
        Ok(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "co" => Self::Co,
            "sw" => Self::Sw,
            "ew" => Self::Ew,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "lt" => Self::Lt,
            "le" => Self::Le,
            _unknown => return Err(bad("the filter has an operator that SCIM does not know")),
        })
    }

    fn texts(self, have: &str, want: &str) -> bool {
        match self {
            Self::Eq | Self::Ne => have == want,
            Self::Co => have.contains(want),
            Self::Sw => have.starts_with(want),
            Self::Ew => have.ends_with(want),
            Self::Gt => have > want,
            Self::Ge => have >= want,
            Self::Lt => have < want,
            Self::Le => have <= want,
        }
    }
}

/// Whether case matters in an attribute: in ids, not in addresses.
fn exact(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let address = name.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("emails"));
    !address && ["id", "externalId", "value", "$ref"].iter().any(|one| one.eq_ignore_ascii_case(last))
}

fn holds(operator: Operator, have: &Value, want: &Value, exact: bool) -> bool {
    match (have, want) {
        (Value::String(have), Value::String(want)) if exact => operator.texts(have, want),
        (Value::String(have), Value::String(want)) => {
            operator.texts(&have.to_lowercase(), &want.to_lowercase())
        }
        // Entra writes `active eq "True"`.
        (Value::Bool(have), Value::String(want)) => operator.texts(&have.to_string(), &want.to_lowercase()),
        (have, want) => matches!(operator, Operator::Eq | Operator::Ne) && have == want,
    }
}

/// The values of an attribute, whatever the case of its name; a list of parts stands for their `value`.
fn values<'a>(resource: &'a Value, name: &str) -> Vec<&'a Value> {
    let (head, rest) = name.split_once('.').map_or((name, None), |(head, rest)| (head, Some(rest)));
    let found = resource
        .as_object()
        .and_then(|all| all.iter().find(|(key, _)| key.eq_ignore_ascii_case(head)))
        .map(|(_, value)| value);
    let each: Vec<&Value> = match found {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    };
    let listed = found.is_some_and(Value::is_array);
    each.into_iter()
        .flat_map(|value| match rest {
            Some(rest) => values(value, rest),
            None if listed && value.is_object() => values(value, "value"),
            None => vec![value],
        })
        .collect()
}

impl Filter {
    /// Reads a filter.
    pub(crate) fn parse(text: &str) -> Result<Self, ScimFailure> {
        if text.len() > LONGEST {
            return Err(bad(format!("a filter has at most {LONGEST} bytes")));
        }
        let mut reader = Reader { words: words(text)?.into_iter().peekable(), depth: 0 };
        let filter = reader.any()?;
        match reader.words.next() {
            Some(_) => Err(bad("the filter goes on after its end")),
            None => Ok(filter),
        }
    }

    /// Whether a resource, or one value of an attribute, is like that.
    pub(crate) fn matches(&self, resource: &Value) -> bool {
        match self {
            Self::And(one, two) => one.matches(resource) && two.matches(resource),
            Self::Or(one, two) => one.matches(resource) || two.matches(resource),
            Self::Not(inner) => !inner.matches(resource),
            Self::Present(name) => values(resource, name).iter().any(|value| !value.is_null()),
            Self::Compare(name, operator, want) => {
                let any = values(resource, name).iter().any(|have| holds(*operator, have, want, exact(name)));
                any != (*operator == Operator::Ne)
            }
            Self::Within(name, inner) => {
                let all = resource.as_object().into_iter().flatten();
                let found = all.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
                found.flat_map(|value| value.as_array().into_iter().flatten()).any(|one| inner.matches(one))
            }
        }
    }

    /// The text that an attribute must be equal to, where nothing else can match.
    pub(crate) fn demands(&self, attribute: &str) -> Option<&str> {
        match self {
            Self::Compare(name, Operator::Eq, Value::String(text))
                if name.eq_ignore_ascii_case(attribute) =>
            {
                Some(text)
            }
            Self::And(one, two) => one.demands(attribute).or_else(|| two.demands(attribute)),
            Self::Or(..) | Self::Not(_) | Self::Present(_) | Self::Compare(..) | Self::Within(..) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn filters_are_held_against_a_resource() {
        let ana = json!({
            "id": "Ab", "userName": "ana@north.example", "externalId": "X1", "active": true,
            "name": { "familyName": "Lund" },
            "emails": [{ "value": "Ana@north.example", "type": "work" }, { "value": "a@home.example", "type": "home" }],
        });
        for (filter, expected) in [
            ("userName eq \"ana@north.example\"", true),
            ("USERNAME EQ \"ANA@NORTH.EXAMPLE\"", true),
            ("userName eq \"ben@north.example\"", false),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ana@north.example\"", true),
            ("externalId eq \"X1\"", true),
            ("externalId eq \"x1\"", false),
            ("id eq \"ab\"", false),
            ("emails.value eq \"ana@north.example\"", true),
            ("emails eq \"a@home.example\"", true),
            ("emails[type eq \"work\"].value eq \"x\"", false),
            ("emails[type eq \"work\"].value eq \"Ana@north.example\"", true),
            ("emails[type eq \"home\"].value eq \"Ana@north.example\"", false),
            ("emails[type eq \"work\" and value co \"north\"]", true),
            ("emails[type eq \"home\" and value co \"north\"]", false),
            ("name.familyName sw \"lu\" and active eq true", true),
            ("active eq \"True\"", true),
            ("active eq false or userName ew \".example\"", true),
            ("not (active eq true)", false),
            ("not (userName sw \"b\") and (active eq false or emails pr)", true),
            ("displayName pr", false),
            ("userName ne \"ben@north.example\"", true),
            ("title eq \"x\"", false),
        ] {
            assert_eq!(Filter::parse(filter).unwrap().matches(&ana), expected, "{filter}");
        }
    }

    #[test]
    fn what_is_no_filter_is_told_and_costs_nothing() {
        let deep = format!("{}a pr{}", "(".repeat(500), ")".repeat(500));
        let long = format!("userName eq \"{}\"", "x".repeat(3000));
        for text in [
            "",
            "userName",
            "userName eq",
            "userName is \"x\"",
            "userName eq ana",
            "userName eq \"x",
            "(a pr",
            "a pr)",
            "a pr b pr",
            "and",
            "not a pr",
            "a[b pr",
            &deep,
            &long,
            "\"x\" eq \"y\"",
        ] {
            let failure = Filter::parse(text).unwrap_err();
            assert_eq!(failure.word(), Some("invalidFilter"), "{text}");
        }
    }

    #[test]
    fn an_equality_that_must_hold_narrows_the_search() {
        let demand = |text: &str| Filter::parse(text).unwrap().demands("userName").map(str::to_owned);
        assert_eq!(demand("userName eq \"a\""), Some("a".to_owned()));
        assert_eq!(demand("active eq true and username eq \"a\""), Some("a".to_owned()));
        assert_eq!(demand("active eq true or userName eq \"a\""), None);
        assert_eq!(demand("not (userName eq \"a\")"), None);
        assert_eq!(demand("userName sw \"a\""), None);
    }
}
