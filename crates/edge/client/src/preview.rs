//! What is shown before anything is signed.

use cloister_model::Digest;
use cloister_statement::predicate::Kind;

use crate::{ClientError, people::Person};

/// A statement about to be signed, in words a person can check.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The kind of statement.
    pub kind: Kind,
    /// The statement's digest; known here because the signature is made locally first.
    pub digest: Digest,
    /// What it says: label and value.
    pub facts: Vec<(String, String)>,
    /// The people it names: what for, and who.
    pub people: Vec<(String, Person)>,
}

/// Facts of a statement, before its digest is known.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) people: Vec<(String, Person)>,
}

impl Facts {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// And this.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "literals, numbers and references alike read better")]
    pub fn fact(mut self, label: &str, value: impl ToString) -> Self {
        self.facts.push((label.into(), value.to_string()));
        self
    }

    /// And this person.
    #[must_use]
    pub fn person(mut self, label: &str, person: &Person) -> Self {
        self.people.push((label.into(), person.clone()));
        self
    }
}

/// Is shown every statement before it leaves the device, and may refuse.
pub trait Witness: Send + Sync {
    /// Shows it. An error keeps the statement on the device.
    fn show(&self, preview: &Preview) -> Result<(), ClientError>;
}
