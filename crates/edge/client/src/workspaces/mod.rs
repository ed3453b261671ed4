//! Workspaces: reading their statements, and verifying here what the server only stores.

mod answer;
mod change;
mod create;
mod personal;

use std::collections::BTreeMap;

use cloister_api::workspaces::{Workspace, WorkspaceStatements};
use cloister_model::Digest;
use cloister_statement::{Envelope, Kind, predicate::Charter};
use cloister_verify::{Dossier, InForce, Marks, charters::establish};

use crate::{Client, ClientError, client::from_api, error::malformed, people::Person};

pub use answer::{Accepted, Invitation};
pub use change::Change;
pub use create::{Approval, Creation, GroupOf, RunBy};

/// The charter in force, copied out of the chain that established it.
#[derive(Clone, Debug)]
pub struct CharterNow {
    /// The charter statement.
    pub digest: Digest,
    /// What it says.
    pub charter: Charter,
}

/// A workspace whose every statement verified under the broker that its first charter names.
pub struct HeldWorkspace {
    /// As the server shows it.
    pub workspace: Workspace,
    /// The verified statements.
    pub dossier: Dossier,
    people: BTreeMap<Digest, Person>,
    chain: Result<InForce, String>,
    now: Option<CharterNow>,
    pinned: bool,
}

impl HeldWorkspace {
    /// The genesis digest.
    pub fn genesis(&self) -> Digest {
        self.workspace.id.0
    }

    /// The first charter, which the genesis digest names.
    pub fn first(&self) -> Result<&Charter, ClientError> {
        let missing = || ClientError::refused("genesis", "the server shows no first charter of that digest");
        Ok(self.dossier.charters().get(&self.genesis()).ok_or_else(missing)?.body())
    }

    /// The charter in force, established here; only for a workspace whose genesis this profile pinned.
    pub fn in_force(&self) -> Result<&CharterNow, ClientError> {
        if !self.pinned {
            return Err(ClientError::refused(
                "genesis",
                format!(
                    "this profile has not pinned the workspace `{0}`: compare its genesis digest `{1}` with another \
                     member and run `cloister workspace accept {1} --genesis DIGEST`",
                    self.workspace.name,
                    self.genesis()
                ),
            ));
        }
        match (&self.chain, &self.now) {
            (Ok(_), Some(now)) => Ok(now),
            (Err(reason), _) => Err(ClientError::refused("charter", reason.clone())),
            (Ok(_), None) => Err(ClientError::refused("charter", "no charter is in force")),
        }
    }

    /// The chain of charters, if one is in force.
    pub fn chain(&self) -> Option<&InForce> {
        self.chain.as_ref().ok()
    }

    /// A person by certificate digest.
    pub fn person(&self, certificate: &Digest) -> Option<&Person> {
        self.people.get(certificate)
    }

    /// The members of the charter in force (of the first one while none is).
    pub fn members(&self) -> Vec<&Person> {
        let charter = self.now.as_ref().map(|now| &now.charter).or_else(|| self.first().ok());
        charter.into_iter().flat_map(|c| &c.members).filter_map(|digest| self.people.get(digest)).collect()
    }

    /// The member with this address.
    pub fn member(&self, email: &cloister_model::Email) -> Result<&Person, ClientError> {
        self.members()
            .into_iter()
            .find(|person| person.email() == email)
            .ok_or_else(|| ClientError::Unknown { what: "member", name: email.to_string() })
    }
}

impl Client {
    /// Fetches and verifies a workspace by id or name.
    pub async fn held_workspace(&self, text: &str) -> Result<HeldWorkspace, ClientError> {
        self.hold(self.find_workspace(text).await?).await
    }

    /// Fetches and verifies the statements of a workspace.
    pub async fn hold(&self, workspace: Workspace) -> Result<HeldWorkspace, ClientError> {
        let statements: WorkspaceStatements =
            self.api.get(&format!("/workspaces/{}/statements", workspace.id)).await?;
        let all =
            statements.statements.iter().chain(&statements.certificates).chain(&statements.acknowledgements);
        let envelopes = all.map(from_api).collect::<Result<Vec<_>, _>>()?;
        let broker = first_broker(&envelopes, workspace.id.0)?;
        let pinned_broker = self.broker_key().await?;
        if broker != pinned_broker {
            return Err(ClientError::refused(
                "broker",
                format!(
                    "the first charter names the broker key `{broker}`, this profile pinned `{pinned_broker}`"
                ),
            ));
        }
        let dossier = Dossier::read(&envelopes, [broker])
            .map_err(|refused| ClientError::refused(refused.check.as_str(), refused.reason))?;
        let mut people = BTreeMap::new();
        for envelope in envelopes.iter().filter(|e| e.kind() == Kind::Certificate) {
            let person = crate::client::open_certificate(envelope, &broker)?;
            people.insert(person.digest, person);
        }
        let chain =
            establish(workspace.id.0, &dossier, &Marks::default()).map_err(|refused| refused.to_string());
        let now = chain
            .as_ref()
            .ok()
            .map(|force| CharterNow { digest: force.digest(), charter: force.charter().clone() });
        let pinned = self.profile.pins()?.workspaces.contains_key(&workspace.id);
        Ok(HeldWorkspace { workspace, dossier, people, chain, now, pinned })
    }

    pub(crate) fn pin_workspace(&self, workspace: &Workspace) -> Result<(), ClientError> {
        let mut pins = self.profile.pins()?;
        pins.workspaces.insert(workspace.id, workspace.name.clone());
        self.profile.save_pins(&pins)
    }
}

/// The broker that the first charter names. The genesis digest commits to the charter's bytes, so its content needs no
/// signature to be believed by whoever compared the digest.
fn first_broker(envelopes: &[Envelope], genesis: Digest) -> Result<Digest, ClientError> {
    let first = envelopes
        .iter()
        .find(|e| e.digest() == genesis)
        .ok_or_else(|| ClientError::refused("genesis", "the server shows no first charter of that digest"))?;
    let opened = first.open::<Charter>().map_err(|e| malformed("genesis")(&e))?;
    Ok(opened.predicate().body.broker.signing_key)
}
