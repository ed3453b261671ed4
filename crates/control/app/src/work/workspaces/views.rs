//! Workspaces as shown to those in them or invited, and what is not signed.

use cloister_authz::{
    Actor, Resource,
    actions::{DescribeWorkspace, ListWorkspaces, ReadWorkspace, ResendInvitation},
};
use cloister_model::{Assurance, Digest, Email, states::WorkspaceState};
use cloister_statement::predicate::Certificate;
use cloister_store::{
    EntryDraft, Query,
    people::{self, certificates},
    workspaces::{self, InvitationRow, WorkspaceRow},
};

use super::super::{Paging, room::Room, user};
use super::{MemberView, Statements, Unsigned, WorkspaceView, of_kinds};
use crate::{App, AppError};

impl App {
    /// Reminds someone invited.
    pub async fn resend(&self, actor: &Actor, id: Digest, email: &Email) -> Result<(), AppError> {
        let (_, resource) = self.workspace_resource(actor, id).await?;
        let granted = self.permit(actor, ResendInvitation, &resource, "workspace").await?;
        let found = people::user_by_email(&self.store.read(), email).await?;
        let tx = self.store.write().await?;
        let reminded = match found {
            Some(person) => tx.remind(&granted, person.id, self.now()).await?,
            None => false,
        };
        if !reminded {
            return Err(AppError::Unprocessable(format!(
                "`{email}` has no invitation that waits for an answer"
            )));
        }
        tx.audit(EntryDraft::done(self.now(), actor, "workspace.resend").target(id).workspace(id)).await?;
        Ok(tx.commit().await?)
    }

    /// Changes what is not signed of a workspace as the caller saw it.
    pub async fn describe_workspace(
        &self,
        actor: &Actor,
        id: Digest,
        (seen, wanted): (&WorkspaceRow, Unsigned),
    ) -> Result<WorkspaceView, AppError> {
        let (row, resource) = self.workspace_resource(actor, id).await?;
        let granted = self.permit(actor, DescribeWorkspace, &resource, "workspace").await?;
        if row.state == WorkspaceState::Archived.as_str() {
            return Err(AppError::State("the workspace is archived".into()));
        }
        let tx = self.store.write().await?;
        let text = wanted.description.as_ref().unwrap_or(&seen.description);
        let templates = wanted.templates.as_ref().unwrap_or(&seen.templates);
        if !tx.describe_workspace(&granted, &seen.description, (text, templates)).await? {
            return Err(AppError::Stale("the description was changed after you read it; read it again"));
        }
        tx.audit(EntryDraft::done(self.now(), actor, "workspace.describe").target(id).workspace(id)).await?;
        tx.commit().await?;
        self.view(self.workspace_row(id).await?).await
    }

    /// A workspace.
    pub async fn show_workspace(&self, actor: &Actor, id: Digest) -> Result<WorkspaceView, AppError> {
        let (row, resource) = self.workspace_resource(actor, id).await?;
        self.permit(actor, ReadWorkspace, &resource, "workspace").await?;
        self.view(row).await
    }

    /// The caller's workspaces and invitations.
    pub async fn list_workspaces(
        &self,
        actor: &Actor,
        paging: &Paging,
    ) -> Result<Vec<WorkspaceView>, AppError> {
        self.permit(actor, ListWorkspaces, &Resource::deployment(), "workspace").await?;
        let rows = workspaces::of_user(&self.store.read(), user(actor)?, &paging.after, paging.limit).await?;
        let (rooms, best) = (
            self.rooms(&rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?,
            self.best_worker().await?,
        );
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let room = rooms.get(&row.id).ok_or(AppError::Absent("workspace"))?;
            views.push(self.view_in(row, room, best).await?);
        }
        Ok(views)
    }

    /// The statements that make the workspace what it is.
    pub async fn workspace_statements(&self, actor: &Actor, id: Digest) -> Result<Statements, AppError> {
        use cloister_statement::Kind as K;
        let (_, resource) = self.workspace_resource(actor, id).await?;
        self.permit(actor, ReadWorkspace, &resource, "workspace").await?;
        let grounds = self.grounds(id).await?;
        Ok(of_kinds(&grounds, |kind| {
            matches!(
                kind,
                K::Charter
                    | K::Acceptance
                    | K::Refusal
                    | K::Suspension
                    | K::Archive
                    | K::CertificateRevocation
            )
        }))
    }

    pub(super) async fn view(&self, row: WorkspaceRow) -> Result<WorkspaceView, AppError> {
        let (room, best) = (self.room(row.id).await?, self.best_worker().await?);
        self.view_in(row, &room, best).await
    }

    /// A workspace whose room was entered before; `best` is what workers reach.
    async fn view_in(
        &self,
        row: WorkspaceRow,
        room: &Room,
        best: Option<Assurance>,
    ) -> Result<WorkspaceView, AppError> {
        let members = self.members_of(room, &room.now).await?;
        let notice = self.notice(room, &members, best).await?;
        let charters = room.grounds.dossier.charters();
        let proposer = room.waiting().and_then(|charter| charters.get(&charter)?.certificate());
        // Only the description may be newer than the room.
        Ok(WorkspaceView {
            row: WorkspaceRow { description: row.description, ..room.row.clone() },
            members,
            pending_members: self.members_of(room, &room.next).await?,
            awaiting: self.emails_in(room, room.awaited()).await?,
            proposed_by: self.emails_in(room, proposer).await?.pop(),
            notice,
        })
    }

    async fn members_of(&self, room: &Room, rows: &[InvitationRow]) -> Result<Vec<MemberView>, AppError> {
        let awaited = room.awaited();
        let mut members = Vec::with_capacity(rows.len());
        for row in rows {
            let certificate = self.certificate_in(room, row.certificate).await?;
            let asked = row.answer != "pending" || awaited.contains(&row.certificate);
            let answer = if asked { row.answer.clone() } else { "not_needed".into() };
            members.push(MemberView { row: row.clone(), answer, certificate });
        }
        Ok(members)
    }

    /// Addresses in certificates.
    pub(super) async fn emails_in(
        &self,
        room: &Room,
        certificates: impl IntoIterator<Item = Digest>,
    ) -> Result<Vec<Email>, AppError> {
        let mut emails = Vec::new();
        for certificate in certificates {
            emails.push(self.certificate_in(room, certificate).await?.email);
        }
        Ok(emails)
    }

    /// What a certificate says: verified with the room's statements, else as stored.
    pub(super) async fn certificate_in(&self, room: &Room, digest: Digest) -> Result<Certificate, AppError> {
        match room.grounds.dossier.certificates().get(&digest) {
            Some(verified) => Ok(verified.body().clone()),
            None => certificate_of(&self.store.read(), digest).await,
        }
    }
}

/// What a stored certificate says.
async fn certificate_of(db: &dyn Query, digest: Digest) -> Result<Certificate, AppError> {
    let found = certificates::by_digest(db, digest).await?;
    let found = found.ok_or(AppError::Internal("a member's certificate is missing".into()))?;
    let opened =
        super::super::grounds::stored(&found.envelope)?.open::<Certificate>().map_err(AppError::internal)?;
    Ok(opened.predicate().body.clone())
}
