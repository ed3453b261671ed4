//! Which kind of act an entry is of, hence who may know of it.

use cloister_audit::Entry;

/// Kinds of acts, by who may know of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A workspace as the invited see it: members, charter, state.
    Invitation,
    /// What is in a workspace: datasets, jobs, runs.
    Contents,
    /// People and sign-in of an organisation.
    People,
    /// The actor's own things.
    Own,
}

/// Acts that change nothing.
const READS: [&str; 3] = ["run.output", "run.bundle", "dataset.download"];

impl Topic {
    /// Of an entry; none for what nobody is told: reads, and whatever this release does not know.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        if READS.contains(&entry.action.as_str()) {
            return None;
        }
        let (noun, _verb) = entry.action.split_once('.')?;
        let here = entry.workspace.is_some();
        match noun {
            "workspace" | "statement" if here => Some(Self::Invitation),
            "job" | "run" | "dataset" if here => Some(Self::Contents),
            "user" | "organisation" | "provider" | "sign-in" | "scim" | "webhook" => Some(Self::People),
            "session" | "token" | "password" | "passkey" | "device" | "certificate" | "upload"
            | "dataset" | "statement" => Some(Self::Own),
            // Fails closed: an act nobody thought of is told to nobody.
            _unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use cloister_audit::Outcome;

    use super::*;

    #[test]
    fn who_may_know_of_an_act() {
        for (action, workspace, topic) in [
            ("workspace.accept", true, Some(Topic::Invitation)),
            ("statement.acknowledged", true, Some(Topic::Invitation)),
            ("job.submit", true, Some(Topic::Contents)),
            ("dataset.share", true, Some(Topic::Contents)),
            ("user.roles", false, Some(Topic::People)),
            ("token.create", false, Some(Topic::Own)),
            ("statement.acknowledged", false, Some(Topic::Own)),
            ("dataset.add", false, Some(Topic::Own)),
            ("run.output", true, None),
            ("audit.read", false, None),
            ("job.submit", false, None),
            ("future.act", true, None),
            ("anonymous", false, None),
        ] {
            let mut entry = Entry::new(0, "a", action, Outcome::Done);
            entry.workspace = workspace.then(|| "w".into());
            assert_eq!(Topic::of(&entry), topic, "{action}");
        }
    }
}
