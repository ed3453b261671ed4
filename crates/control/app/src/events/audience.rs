//! Who is in a workspace.

use cloister_authz::{Actor, Kind, Resource};
use cloister_model::{Digest, UserId};
use cloister_store::{
    Query,
    workspaces::{self, InvitationRow, WorkspaceRow},
};

use crate::{AppError, work::workspaces::relation_of};

/// A workspace with everyone its charters list, as of one moment.
#[derive(Clone, Debug)]
pub struct Audience {
    row: WorkspaceRow,
    now: Vec<InvitationRow>,
    next: Vec<InvitationRow>,
}

impl Audience {
    /// Of a workspace; none when there is no such.
    pub(crate) async fn of(db: &dyn Query, workspace: Digest) -> Result<Option<Self>, AppError> {
        let Some(row) = workspaces::by_id(db, workspace).await? else { return Ok(None) };
        let now = workspaces::invited_by(db, row.charter).await?;
        let next = match row.pending {
            Some(pending) => workspaces::invited_by(db, pending).await?,
            None => Vec::new(),
        };
        Ok(Some(Self { row, now, next }))
    }

    /// Whether a charter lists the user at all: the quick answer for the many who have nothing to do with it.
    pub(crate) fn lists(&self, user: UserId) -> bool {
        self.now.iter().chain(&self.next).any(|row| row.member == user)
    }

    /// The workspace with the actor's relations to it.
    pub(crate) fn resource(&self, actor: &Actor) -> Resource {
        let id = self.row.id.to_string();
        relation_of(actor, &self.row, (&self.now, &self.next), (Kind::Workspace, id))
    }
}
