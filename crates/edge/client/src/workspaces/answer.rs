//! Answers to invitations and to later charters.

use cloister_api::{InForce, people::StatementBody, workspaces::Workspace};
use cloister_model::Digest;
use cloister_statement::predicate::{Acceptance, Charter, Refusal};
use cloister_verify::charters::validate_charter;

use super::{HeldWorkspace, create::charter_facts};
use crate::{Client, ClientError, client::to_api, people::Person};

/// A charter that waits for the caller's answer.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The charter.
    pub charter: Charter,
    /// Its digest.
    pub digest: Digest,
    /// Its people, verified.
    pub people: Vec<Person>,
}

/// What accepting did.
#[derive(Debug)]
pub struct Accepted {
    /// The workspace as it is now.
    pub workspace: Workspace,
    /// Whether only the pin was missing: the charter had been accepted before.
    pub only_pinned: bool,
    /// Whether everyone has answered.
    pub complete: bool,
}

impl HeldWorkspace {
    /// The charter that waits for answers: version 1, or a later one.
    pub fn invitation(&self) -> Result<Invitation, ClientError> {
        let (charter, digest) = match self.chain().map(cloister_verify::InForce::pending) {
            None => (self.first()?.clone(), self.genesis()),
            Some(Some(pending)) => (pending.body().clone(), pending.digest()),
            Some(None) => {
                return Err(ClientError::Conflict(format!(
                    "no charter of `{}` waits for an answer",
                    self.workspace.name
                )));
            }
        };
        let people = charter.members.iter().filter_map(|digest| self.person(digest)).cloned().collect();
        Ok(Invitation { charter, digest, people })
    }
}

impl Client {
    /// Accepts the charter that waits, after comparing the genesis digest, and pins it.
    pub async fn accept(
        &self,
        held: &HeldWorkspace,
        expected: Option<Digest>,
    ) -> Result<Accepted, ClientError> {
        let genesis = held.genesis();
        if let Some(expected) = expected
            && expected != genesis
        {
            return Err(ClientError::refused(
                "genesis",
                format!("the workspace's genesis digest is `{genesis}`, not the `{expected}` you were told"),
            ));
        }
        let me = self.signatory().await?;
        let mine = me.person.digest;
        let answered = held.dossier.acceptances().values().any(|a| a.certificate() == Some(mine));
        let settled = held.chain().is_some_and(|chain| chain.pending().is_none());
        if settled || (answered && held.chain().is_none()) {
            if !held.first()?.members.contains(&mine) && !answered {
                return Err(ClientError::refused("membership", "the charter does not list you"));
            }
            self.pin_workspace(&held.workspace)?;
            return Ok(Accepted { workspace: held.workspace.clone(), only_pinned: true, complete: settled });
        }
        let invitation = held.invitation()?;
        self.check_invitation(&invitation, &me.person).await?;
        let facts = charter_facts(&invitation.charter, &invitation.people)
            .fact("genesis", genesis)
            .fact("charter", invitation.digest);
        let body = Acceptance { charter: invitation.digest };
        let statement = self.sign(&me, Some(genesis), body, facts)?;
        let body = StatementBody { statement: to_api(&statement) };
        let path = format!("/workspaces/{genesis}/acceptances");
        let answer = self.api.post::<InForce>(&path, &body).await?;
        self.pin_workspace(&held.workspace)?;
        let workspace: Workspace = self.api.get(&format!("/workspaces/{genesis}")).await?;
        let complete = workspace.awaiting.is_empty();
        if answer.waiting && complete && workspace.state == "pending" {
            return Err(ClientError::NotInForce(statement.digest()));
        }
        Ok(Accepted { workspace, only_pinned: false, complete })
    }

    /// What must hold before a charter is accepted: it makes sense, lists the caller, and names the broker that proves
    /// itself now.
    async fn check_invitation(&self, invitation: &Invitation, me: &Person) -> Result<(), ClientError> {
        let charter = &invitation.charter;
        validate_charter(charter).map_err(|why| ClientError::refused("charter", why))?;
        if !charter.members.contains(&me.digest) {
            return Err(ClientError::refused(
                "membership",
                "the charter does not list your live certificate",
            ));
        }
        if self.prove_broker().await?.named() == charter.broker {
            Ok(())
        } else {
            Err(ClientError::refused(
                "broker",
                "the charter names another broker than the one that proves itself",
            ))
        }
    }

    /// Declines the charter that waits, which voids it.
    pub async fn decline(&self, held: &HeldWorkspace) -> Result<InForce, ClientError> {
        let me = self.signatory().await?;
        let invitation = held.invitation()?;
        let facts = charter_facts(&invitation.charter, &invitation.people).fact("charter", invitation.digest);
        let body = Refusal { charter: invitation.digest };
        let statement = self.sign(&me, Some(held.genesis()), body, facts)?;
        self.restrict(&format!("/workspaces/{}/refusals", held.genesis()), &statement).await
    }
}
