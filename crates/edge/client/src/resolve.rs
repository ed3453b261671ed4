//! From what a person typed to the thing meant: an id, a name, or the start of an id, if it fits one thing only.

use cloister_api::{datasets::Dataset, jobs::Job, passkeys::Passkey, runs::Run, workspaces::Workspace};

use crate::{Client, ClientError};

/// The fewest characters of an id that stand for it.
const LEAST_PREFIX: usize = 8;

/// Something with an id and perhaps a name.
pub trait Named {
    /// What it is called in messages.
    const WHAT: &'static str;
    /// Its id.
    fn id(&self) -> String;
    /// Its name; names need not be unique.
    fn name(&self) -> Option<&str>;
}

impl Named for Workspace {
    const WHAT: &'static str = "workspace";
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> Option<&str> {
        Some(self.name.as_str())
    }
}

impl Named for Dataset {
    const WHAT: &'static str = "dataset";
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> Option<&str> {
        Some(self.name.as_str())
    }
}

impl Named for Job {
    const WHAT: &'static str = "job";
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> Option<&str> {
        Some(self.draft.name.as_str())
    }
}

impl Named for Run {
    const WHAT: &'static str = "run";
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> Option<&str> {
        None
    }
}

impl Named for Passkey {
    const WHAT: &'static str = "passkey";
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> Option<&str> {
        Some(&self.name)
    }
}

/// The one item that `text` means. An exact id wins over names, a name over starts of ids.
pub fn pick<T: Named>(text: &str, items: Vec<T>) -> Result<T, ClientError> {
    let fits: [&dyn Fn(&T) -> bool; 3] =
        [&|item| item.id() == text, &|item| item.name() == Some(text), &|item| {
            text.len() >= LEAST_PREFIX && item.id().starts_with(text)
        }];
    let Some(rule) = fits.iter().find(|rule| items.iter().any(*rule)) else {
        return Err(ClientError::Unknown { what: T::WHAT, name: text.into() });
    };
    let mut found: Vec<T> = items.into_iter().filter(|item| rule(item)).collect();
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (last, _) => {
            let shown = |item: &T| format!("{} ({})", item.id(), item.name().unwrap_or("-"));
            let candidates = found.iter().chain(&last).map(shown).collect();
            Err(ClientError::Ambiguous { what: T::WHAT, name: text.into(), candidates })
        }
    }
}

impl Client {
    /// A workspace or invitation.
    pub async fn find_workspace(&self, text: &str) -> Result<Workspace, ClientError> {
        pick(text, self.api.all("/workspaces").await?)
    }

    /// A dataset, own or shared. A deleted one left its name free: it is found by name only where no other has it.
    pub async fn find_dataset(&self, text: &str) -> Result<Dataset, ClientError> {
        let all: Vec<Dataset> = self.api.all("/datasets").await?;
        let (live, deleted) = all.into_iter().partition(|dataset| dataset.state != "deleted");
        match pick(text, live) {
            Err(ClientError::Unknown { .. }) => pick(text, deleted),
            found => found,
        }
    }

    /// A dataset of the caller's own. Others' datasets of the same name do not matter.
    pub async fn find_own_dataset(&self, text: &str) -> Result<Dataset, ClientError> {
        let mut items: Vec<Dataset> = self.api.all("/datasets").await?;
        items.retain(|dataset| dataset.own && dataset.state != "deleted");
        let id = pick(text, items)?.id;
        self.api.get(&format!("/datasets/{id}")).await
    }

    /// A job of any of the caller's workspaces.
    pub async fn find_job(&self, text: &str) -> Result<Job, ClientError> {
        let id = pick(text, self.api.all::<Job>("/jobs").await?)?.id;
        self.api.get(&format!("/jobs/{id}")).await
    }

    /// A passkey of the caller's.
    pub async fn find_passkey(&self, text: &str) -> Result<Passkey, ClientError> {
        pick(text, self.api.all("/passkeys").await?)
    }

    /// A run of any of the caller's workspaces.
    pub async fn find_run(&self, text: &str) -> Result<Run, ClientError> {
        if let Ok(id) = text.parse::<cloister_model::RunId>() {
            return self.api.get(&format!("/runs/{id}")).await;
        }
        let id = pick(text, self.api.all::<Run>("/runs").await?)?.id;
        self.api.get(&format!("/runs/{id}")).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(&'static str, &'static str);
    impl Named for Thing {
        const WHAT: &'static str = "thing";
        fn id(&self) -> String {
            self.0.into()
        }
        fn name(&self) -> Option<&str> {
            Some(self.1)
        }
    }

    fn things() -> Vec<Thing> {
        vec![
            Thing("aaaaaaaa-1", "one"),
            Thing("aaaaaaaa-2", "two"),
            Thing("bbbbbbbb-3", "two"),
            Thing("cccccccc-4", "bbbbbbbb-3"),
        ]
    }

    #[test]
    fn an_id_or_an_unambiguous_name_or_start_of_an_id_is_enough() {
        for (text, id) in [
            ("one", "aaaaaaaa-1"),
            ("aaaaaaaa-2", "aaaaaaaa-2"),
            ("cccccccc", "cccccccc-4"),
            ("bbbbbbbb-3", "bbbbbbbb-3"),
        ] {
            assert_eq!(pick(text, things()).map(|t| t.0).unwrap(), id, "{text}");
        }
    }

    #[test]
    fn what_fits_several_lists_them_and_what_fits_none_says_so() {
        let Err(ClientError::Ambiguous { candidates, .. }) = pick("two", things()) else { panic!() };
        assert_eq!(candidates, ["aaaaaaaa-2 (two)", "bbbbbbbb-3 (two)"]);
        assert!(matches!(pick("aaaaaaaa", things()), Err(ClientError::Ambiguous { .. })));
        for text in ["three", "aaa", ""] {
            assert!(matches!(pick(text, things()), Err(ClientError::Unknown { .. })), "{text}");
        }
    }
}
