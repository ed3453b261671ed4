//! Workspaces as shown to those in them or invited, and what is not signed.

use cloister_authz::{
    Actor, Resource,
    actions::{DescribeWorkspace, ListWorkspaces, ReadWorkspace, ResendInvitation},
};
use cloister_model::{Assurance, Description, Digest, Email, states::WorkspaceState};
use cloister_statement::predicate::Certificate;
use cloister_store::{
    EntryDraft, Query,
    people::{self, certificates},
    workspaces::{self, WorkspaceRow},
};

use super::super::{Paging, room::Room, user};
use super::{MemberView, Statements, WorkspaceView, of_kinds};
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

    /// Changes the description that the caller saw.
    pub async fn describe_workspace(
        &self,
        actor: &Actor,
        id: Digest,
        (seen, text): (&Description, &Description),
    ) -> Result<WorkspaceView, AppError> {
        let (row, resource) = self.workspace_resource(actor, id).await?;
        let granted = self.permit(actor, DescribeWorkspace, &resource, "workspace").await?;
        if row.state == WorkspaceState::Archived.as_str() {
            return Err(AppError::State("the workspace is archived".into()));
        }
        let tx = self.store.write().await?;
        if !tx.describe_workspace(&granted, seen, text).await? {
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
        let mut members = Vec::new();
        for invitation in &room.now {
            let certificate = self.certificate_in(room, invitation.certificate).await?;
            members.push(MemberView { row: invitation.clone(), certificate });
        }
        let notice = self.notice(room, &members, best).await?;
        // Only the description may be newer than the room.
        Ok(WorkspaceView {
            row: WorkspaceRow { description: row.description, ..room.row.clone() },
            members,
            notice,
        })
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
