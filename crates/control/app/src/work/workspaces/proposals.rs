//! An organisation's admin proposes changes of a workspace's members; the charter's administrators decide.

use cloister_authz::{
    Actor, Kind, Relation, Resource,
    actions::{DismissProposal, ProposeChange, ReadProposals},
};
use cloister_model::{Digest, Email, states::WorkspaceState};
use cloister_store::{
    EntryDraft,
    proposals::{self, ProposalRow},
};
use uuid::Uuid;

use super::super::{Paging, user};
use crate::{App, AppError};

/// The most that wait in a workspace: more is noise, and one can say all.
const MOST: i64 = 20;
/// The most addresses of one.
const ADDRESSES: usize = 100;

impl App {
    /// Proposes a change of members.
    pub async fn propose_change(
        &self,
        actor: &Actor,
        id: Digest,
        (add, remove): (Vec<Email>, Vec<Email>),
    ) -> Result<ProposalRow, AppError> {
        let (row, resource) = self.workspace_resource(actor, id).await?;
        let grant = self.permit(actor, ProposeChange, &resource, "workspace").await?;
        if row.state != WorkspaceState::Active.as_str() {
            return Err(AppError::State(format!("the workspace is {}", row.state)));
        }
        let count = add.len() + remove.len();
        if count == 0 || count > ADDRESSES || add.iter().any(|email| remove.contains(email)) {
            return Err(AppError::Unprocessable(format!(
                "name 1 to {ADDRESSES} people to add or remove, nobody twice"
            )));
        }
        let author = user(actor)?;
        let tx = self.store.write().await?;
        if proposals::count(&tx, id).await? >= MOST {
            return Err(AppError::State(format!(
                "{MOST} proposals wait already: an administrator of the workspace decides on them first"
            )));
        }
        let email =
            cloister_store::people::user_by_id(&tx, author).await?.ok_or(AppError::Absent("user"))?.email;
        let made = ProposalRow {
            id: self.new_id(),
            workspace: id,
            author,
            email,
            charter: row.charter,
            add,
            remove,
            created: self.now(),
        };
        tx.add_proposal(&grant, &made).await?;
        self.tell_proposed(&tx, &row, actor).await?;
        tx.audit(EntryDraft::done(self.now(), actor, "workspace.propose").target(id).workspace(id)).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// What is proposed to a workspace.
    pub async fn list_proposals(
        &self,
        actor: &Actor,
        id: Digest,
        paging: &Paging,
    ) -> Result<Vec<ProposalRow>, AppError> {
        let (_, resource) = self.workspace_resource(actor, id).await?;
        self.permit(actor, ReadProposals, &resource, "workspace").await?;
        Ok(proposals::of_workspace(&self.store.read(), id, &paging.after, paging.limit).await?)
    }

    /// An administrator of the charter is done with a proposal, or its author takes it back.
    pub async fn dismiss_proposal(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        let found = proposals::by_id(&self.store.read(), id).await?;
        let Some(found) = found else {
            user(actor)?;
            return Err(AppError::Absent("proposal"));
        };
        let (_, workspace) = self.workspace_resource(actor, found.workspace).await?;
        let thing = Resource::new(Kind::Proposal, id.to_string())
            .with(Relation::Own, actor.user() == Some(found.author))
            .with(Relation::Member, workspace.relations.contains(&Relation::Member))
            .with(Relation::Administrator, workspace.relations.contains(&Relation::Administrator));
        let grant = self.permit(actor, DismissProposal, &thing, "proposal").await?;
        let tx = self.store.write().await?;
        if !tx.dismiss_proposal(&grant).await? {
            return Err(AppError::Absent("proposal"));
        }
        let entry = EntryDraft::done(self.now(), actor, "workspace.propose-dismiss");
        tx.audit(entry.target(found.workspace).workspace(found.workspace)).await?;
        Ok(tx.commit().await?)
    }
}
