//! What every command gets: the profile's folder, time, randomness, and how to speak with the person.

use std::{io::IsTerminal, path::PathBuf, sync::Arc};

use cloister_client::{Ambient, Client, ClientError, Profile, preview::Preview, preview::Witness};
use cloister_model::{Clock, Rng};

use crate::{outcome::Failure, terminal};

/// The surroundings of a command.
pub(crate) struct Context {
    /// Whether the answer is JSON.
    pub(crate) json: bool,
    /// The profile's folder.
    pub(crate) home: PathBuf,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// Randomness.
    pub(crate) rng: Arc<dyn Rng>,
}

impl Context {
    /// The profile.
    pub(crate) fn profile(&self) -> Profile {
        Profile::at(&self.home)
    }

    /// Time, randomness and a watcher for the client.
    pub(crate) fn ambient(&self) -> Ambient {
        let witness: Arc<dyn Witness> = Arc::new(Shown { json: self.json });
        Ambient { clock: Arc::clone(&self.clock), rng: Arc::clone(&self.rng), witness }
    }

    /// The client of the profile's server.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        Ok(Client::of(self.profile(), self.ambient())?)
    }

    /// Whether a question can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        !self.json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Warns whoever calls, scripts too: a JSON line on stderr for these.
    pub(crate) fn warn(&self, text: &str) {
        if self.json {
            terminal::note(&serde_json::json!({ "notice": text }).to_string());
        } else {
            terminal::note(text);
        }
    }

    /// Tells the person something beside the answer.
    pub(crate) fn note(&self, text: &str) {
        if !self.json {
            terminal::note(text);
        }
    }
}

/// Shows on stderr what is signed.
struct Shown {
    json: bool,
}

impl Witness for Shown {
    fn show(&self, preview: &Preview) -> Result<(), ClientError> {
        if self.json {
            return Ok(());
        }
        let mut text = format!("signing {} {}\n", preview.kind.as_str(), preview.digest);
        for (label, value) in &preview.facts {
            let value = value.replace('\n', "\n    ");
            text.push_str(&format!("  {label}: {value}\n"));
        }
        for (label, person) in &preview.people {
            text.push_str(&format!(
                "  {label}: {} of {}, key {}\n",
                person.email(),
                person.certificate.organisation_name,
                person.fingerprint()
            ));
        }
        terminal::note(text.trim_end());
        Ok(())
    }
}
