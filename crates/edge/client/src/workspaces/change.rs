//! What administrators do later: new charter versions, suspensions, the archive.

use cloister_api::{
    InForce,
    people::StatementBody,
    workspaces::{ChangeWorkspaceRequest, Proposal, ProposeRequest, ResendRequest, Workspace},
};
use cloister_model::{Email, WorkspaceId, WorkspaceName};
use cloister_statement::predicate::{Archive, Charter, Suspension};
use cloister_verify::charters::validate_charter;
use reqwest::{Method, header};

use super::{
    HeldWorkspace,
    create::{Approval, Roll, RunBy, charter_facts, require_channels},
};
use crate::{Client, ClientError, client::to_api, people::Person, preview::Facts};

/// Changes of a charter; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Members to add.
    pub add: Vec<Email>,
    /// Members to remove.
    pub remove: Vec<Email>,
    /// Who must approve.
    pub approval: Option<Approval>,
    /// Who may run.
    pub run: Option<RunBy>,
    /// All administrators from now on.
    pub administrators: Vec<Email>,
    /// All recoverers from now on.
    pub recoverers: Vec<Email>,
}

impl Change {
    /// Whether nothing is to change.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty()
            && self.remove.is_empty()
            && self.approval.is_none()
            && self.run.is_none()
            && self.administrators.is_empty()
            && self.recoverers.is_empty()
    }
}

impl Client {
    /// Changes what nobody signs: the description, and which templates are offered.
    pub async fn change_unsigned(
        &self,
        held: &Workspace,
        body: &ChangeWorkspaceRequest,
    ) -> Result<(), ClientError> {
        let path = format!("/workspaces/{}", held.id);
        let (found, tag) = self.api.get_tagged::<Workspace>(&path).await?;
        if found.description != held.description {
            return Err(ClientError::Conflict("somebody else has just changed the description".into()));
        }
        let request = self.api.request(Method::PATCH, &path).header(header::IF_MATCH, tag);
        self.api.send(request.json(body)).await.map(|_| ())
    }

    /// Proposes a change of members to those who decide, as an admin of the organisation that made the workspace.
    pub async fn propose_members(
        &self,
        workspace: WorkspaceId,
        change: &ProposeRequest,
    ) -> Result<Proposal, ClientError> {
        Ok(self.api.post(&format!("/workspaces/{workspace}/proposals"), change).await?.value)
    }

    /// What is proposed to a workspace.
    pub async fn proposals(&self, workspace: WorkspaceId) -> Result<Vec<Proposal>, ClientError> {
        self.api.all(&format!("/workspaces/{workspace}/proposals")).await
    }

    /// Is done with a proposal.
    pub async fn dismiss_proposal(&self, id: uuid::Uuid) -> Result<(), ClientError> {
        self.api.delete(&format!("/proposals/{id}")).await
    }

    /// Proposes the next charter version. It is in force once everyone it needs has accepted it.
    pub async fn change_charter(
        &self,
        held: &HeldWorkspace,
        change: &Change,
    ) -> Result<Workspace, ClientError> {
        let me = self.signatory().await?;
        let now = held.in_force()?;
        let mut people: Vec<Person> = held
            .members()
            .into_iter()
            .filter(|person| !change.remove.contains(person.email()))
            .cloned()
            .collect();
        people.extend(self.people(&change.add, "members").await?);
        let next = self.next_charter(&now.charter, now.digest, change, &people)?;
        validate_charter(&next).map_err(ClientError::Input)?;
        require_channels(&next, &people)?;
        let facts = charter_facts(&next, &people).fact("follows", now.digest);
        let statement = self.sign(&me, Some(held.genesis()), next, facts)?;
        let path = format!("/workspaces/{}/charters", held.genesis());
        let body = StatementBody { statement: to_api(&statement) };
        let shown = format!("/workspaces/{}", held.genesis());
        // The statement itself follows one version and no other; the tag says so before anything is stored.
        let (_, tag) = self.api.get_tagged::<Workspace>(&shown).await?;
        let request = self.api.request(Method::POST, &path).header(header::IF_MATCH, tag).json(&body);
        self.api.ask::<InForce>(request).await?;
        self.api.get(&shown).await
    }

    fn next_charter(
        &self,
        now: &Charter,
        digest: cloister_model::Digest,
        change: &Change,
        people: &[Person],
    ) -> Result<Charter, ClientError> {
        let roll = Roll(people);
        let mut next = Charter {
            version: now.version + 1,
            previous: Some(digest),
            nonce: self.nonce(),
            members: people.iter().map(|person| person.digest).collect(),
            ..now.clone()
        };
        if !change.administrators.is_empty() {
            next.administrators = roll.digests(&change.administrators)?;
        }
        if !change.recoverers.is_empty() {
            next.recoverers = roll.digests(&change.recoverers)?;
        }
        if let Some(approval) = &change.approval {
            next.approval = roll.approval(approval)?;
        }
        if let Some(run) = &change.run {
            next.run = roll.run(run)?;
        }
        next.administrators.retain(|digest| next.members.contains(digest));
        next.recoverers.retain(|digest| next.members.contains(digest));
        Ok(next)
    }

    /// Suspends a member at once.
    pub async fn suspend(&self, held: &HeldWorkspace, email: &Email) -> Result<InForce, ClientError> {
        let me = self.signatory().await?;
        let now = held.in_force()?;
        let member = held.member(email)?;
        let facts = Facts::new().fact("workspace", &now.charter.name).person("suspends", member);
        let body = Suspension { member: member.digest, charter: now.digest };
        let statement = self.sign(&me, Some(held.genesis()), body, facts)?;
        self.restrict(&format!("/workspaces/{}/suspensions", held.genesis()), &statement).await
    }

    /// Ends a workspace for good; the name must be given again.
    pub async fn archive(
        &self,
        held: &HeldWorkspace,
        confirm: &WorkspaceName,
    ) -> Result<InForce, ClientError> {
        let now = held.in_force()?;
        if now.charter.name != *confirm {
            return Err(ClientError::Input(format!(
                "to archive `{}` for good, give its exact name with `--confirm`",
                now.charter.name
            )));
        }
        let me = self.signatory().await?;
        let facts = Facts::new().fact("archives for good", &now.charter.name).fact("genesis", held.genesis());
        let body = Archive { charter: now.digest };
        let statement = self.sign(&me, Some(held.genesis()), body, facts)?;
        self.restrict(&format!("/workspaces/{}/archive", held.genesis()), &statement).await
    }

    /// Reminds an invited member.
    pub async fn resend(&self, workspace: &Workspace, email: Email) -> Result<(), ClientError> {
        let path = format!("/workspaces/{}/resends", workspace.id);
        self.api.tell(Method::POST, &path, Some(&ResendRequest { email })).await
    }
}
