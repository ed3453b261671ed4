//! Names that cannot be held unless they are valid.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is not the name it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Too short or too long, in characters.
    #[error("{what} has 1 to {max} characters, got {got}")]
    Length {
        /// The kind of name.
        what: &'static str,
        /// The most characters allowed.
        max: usize,
        /// The characters given.
        got: usize,
    },
    /// A character that the kind of name does not allow.
    #[error("{what} may not contain {shown}; {allowed}")]
    Character {
        /// The kind of name.
        what: &'static str,
        /// The offending character, escaped.
        shown: String,
        /// What is allowed, in words.
        allowed: &'static str,
    },
    /// Not the shape of the name.
    #[error("`{got}` is not {what}")]
    Shape {
        /// The kind of name, with its article.
        what: &'static str,
        /// The text given.
        got: String,
    },
}

fn length(what: &'static str, text: &str, max: usize) -> Result<(), NameError> {
    let got = text.chars().count();
    if got == 0 || got > max { Err(NameError::Length { what, max, got }) } else { Ok(()) }
}

fn characters(
    what: &'static str,
    text: &str,
    allowed: &'static str,
    ok: impl Fn(char) -> bool,
) -> Result<(), NameError> {
    match text.chars().find(|c| !ok(*c)) {
        Some(c) => Err(NameError::Character { what, shown: format!("`{}`", c.escape_default()), allowed }),
        None => Ok(()),
    }
}

fn plain(what: &'static str, text: &str, max: usize) -> Result<(), NameError> {
    length(what, text, max)?;
    let allowed = "letters, digits, space, `-` and `_` are allowed";
    characters(what, text, allowed, |c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))?;
    if text.trim() != text {
        return Err(NameError::Shape { what: "a name without space at its ends", got: text.into() });
    }
    Ok(())
}

fn no_control(what: &'static str, text: &str, max: usize) -> Result<(), NameError> {
    let got = text.chars().count();
    if got > max {
        return Err(NameError::Length { what, max, got });
    }
    characters(what, text, "control characters are not allowed", |c| !c.is_control() || c == '\n')
}

fn email(text: &str) -> Result<(), NameError> {
    let shape = || NameError::Shape { what: "an e-mail address", got: text.chars().take(80).collect() };
    let (local, domain) = text.split_once('@').ok_or_else(shape)?;
    let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let good = (1..=64).contains(&local.len())
        && (1..=190).contains(&domain.len())
        && local
            .chars()
            .all(|c| c.is_ascii_graphic() && !matches!(c, '@' | ',' | ';' | '<' | '>' | '"' | ':' | '='))
        && domain.chars().all(host)
        && !domain.starts_with(['.', '-'])
        && !domain.ends_with(['.', '-']);
    if good { Ok(()) } else { Err(shape()) }
}

fn sql_name(text: &str) -> Result<(), NameError> {
    let shape = || NameError::Shape {
        what: "a SQL name (a lower-case letter, then up to 62 lower-case letters, digits or `_`)",
        got: text.chars().take(80).collect(),
    };
    let mut chars = text.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_lowercase());
    let rest = chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if first && rest && text.len() <= 63 { Ok(()) } else { Err(shape()) }
}

macro_rules! name {
    ($(#[$doc:meta] $name:ident = $check:expr, $fold:expr;)+) => {$(
        #[$doc]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                let check: fn(&str) -> Result<(), NameError> = $check;
                let fold: fn(&str) -> String = $fold;
                let text = fold(text);
                check(&text)?;
                Ok(Self(text))
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

name! {
    /// An organisation's name: 1 to 80 letters, digits, spaces, `-`, `_`.
    OrgName = |t| plain("an organisation's name", t, 80), str::to_owned;
    /// A workspace's name: 1 to 50 letters, digits, spaces, `-`, `_`.
    WorkspaceName = |t| plain("a workspace's name", t, 50), str::to_owned;
    /// A dataset's name: 1 to 80 letters, digits, spaces, `-`, `_`.
    DatasetName = |t| plain("a dataset's name", t, 80), str::to_owned;
    /// A job's name: 1 to 80 letters, digits, spaces, `-`, `_`.
    JobName = |t| plain("a job's name", t, 80), str::to_owned;
    /// A description: up to 150 characters, no control characters.
    Description = |t| no_control("a description", t, 150), str::to_owned;
    /// An e-mail address, folded to lower case. A way to reach someone, never an identity.
    Email = email, str::to_ascii_lowercase;
    /// The name of a table in a job: a lower-case SQL identifier.
    SqlName = sql_name, str::to_owned;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_name_of_51_characters_is_refused() {
        assert!("a".repeat(50).parse::<WorkspaceName>().is_ok());
        assert!(matches!("a".repeat(51).parse::<WorkspaceName>(), Err(NameError::Length { got: 51, .. })));
    }

    #[test]
    fn names_refuse_control_characters_slashes_and_outer_space() {
        for text in ["", "a/b", "a\u{0}b", " a", "a\n"] {
            assert!(text.parse::<WorkspaceName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_email_is_folded_and_needs_both_halves() {
        assert_eq!("Ana@Example.ORG".parse::<Email>().unwrap().as_str(), "ana@example.org");
        for text in ["", "a", "@b", "a@", "a b@c", "a@b,c", "a@-b"] {
            assert!(text.parse::<Email>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_sql_name_is_a_plain_lower_case_identifier() {
        assert!("patients_2024".parse::<SqlName>().is_ok());
        for text in ["", "1a", "A", "a-b", "a b", "a\"b"] {
            assert!(text.parse::<SqlName>().is_err(), "{text:?}");
        }
    }
}
