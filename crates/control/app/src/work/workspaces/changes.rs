//! Later charters, suspension, archive.

use std::collections::BTreeSet;

use cloister_authz::{
    Actor, Resource,
    actions::{CreateWorkspace, GovernWorkspace},
};
use cloister_model::{Digest, states::WorkspaceState};
use cloister_statement::predicate::{Archive, Charter, Suspension};
use cloister_verify::{Check, Marks, charters};
use serde_json::Value;

use super::super::{
    grounds::{Grounds, envelope, find},
    refused,
};
use crate::{App, AppError, restrict::Standing};

impl App {
    /// Proposes the next version of the charter.
    pub async fn amend(
        &self,
        actor: &Actor,
        id: Digest,
        statement: &Value,
    ) -> Result<(Digest, Standing), AppError> {
        let (_, resource) = self.workspace_resource(actor, id).await?;
        self.permit(actor, GovernWorkspace, &resource, "workspace").await?;
        let result = self.propose_next(actor, id, statement).await;
        self.noting(actor, "workspace.amend", id, result).await
    }

    /// Who lets others into a workspace of one proposes a workspace, and needs to be one who may.
    async fn may_grow(&self, actor: &Actor, now: Digest, next: &Charter) -> Result<(), AppError> {
        let now = find(&self.store.read(), now).await?.open::<Charter>().map_err(AppError::internal)?;
        if now.predicate().body.members.len() == 1 && next.members.len() > 1 {
            self.permit(actor, CreateWorkspace, &Resource::deployment(), "workspace").await?;
        }
        Ok(())
    }

    pub(super) async fn propose_next(
        &self,
        actor: &Actor,
        id: Digest,
        statement: &Value,
    ) -> Result<(Digest, Standing), AppError> {
        let charter = envelope(statement)?;
        let opened =
            charter.open::<Charter>().map_err(|e| AppError::Invalid(e.to_string()))?.predicate().clone();
        if opened.workspace != Some(id) {
            return Err(AppError::Unprocessable("the charter names another workspace".into()));
        }
        let body = opened.body;
        let signer = self.signed_by_caller(actor, &charter).await?;
        let fresh = Grounds::around(&self.store.read(), &[&charter]).await?;
        let row = self.workspace_row(id).await?;
        if row.state != WorkspaceState::Active.as_str() || row.pending.is_some() {
            return Err(AppError::State(
                "the workspace is not active, or another charter waits already".into(),
            ));
        }
        self.may_grow(actor, row.charter, &body).await?;
        let tx = self.store.write().await?;
        if !self.keep(&tx, &charter, actor, ("workspace.amend", &id.to_string())).await? {
            return Err(AppError::Conflict("this charter is there already".into()));
        }
        let grounds = Grounds::of(&tx, Some(id), &[]).await?;
        let force = charters::establish(id, &grounds.dossier, &Marks::default())?;
        let before: BTreeSet<_> = find(&tx, row.charter)
            .await?
            .open::<Charter>()
            .map_err(AppError::internal)?
            .predicate()
            .body
            .members
            .clone();
        let newcomers =
            Charter { members: body.members.difference(&before).copied().collect(), ..body.clone() };
        self.members_live(&newcomers, &fresh)?;
        let good = force.version_of(&charter.digest()).is_some()
            || force.pending().is_some_and(|p| p.digest() == charter.digest());
        if !good {
            return Err(refused(
                Check::Charter,
                "it does not continue the charter in force, or not by its administrator",
            ));
        }
        tx.set_pending_charter(id, Some(charter.digest())).await?;
        self.invite_all(&tx, &row, &charter, &body, Some(signer)).await?;
        let awaited: Vec<_> = force.awaited().copied().collect();
        self.tell_invited(&tx, &row, (charter.digest(), &awaited), actor).await?;
        self.charter_complete(&tx, id, &charter).await?;
        tx.commit().await?;
        Ok((charter.digest(), self.settled(charter.digest()).await?))
    }

    /// Suspends a member, or archives the workspace.
    pub async fn suspend_or_archive(
        &self,
        actor: &Actor,
        id: Digest,
        statement: &Value,
    ) -> Result<(Digest, Standing), AppError> {
        let (row, resource) = self.workspace_resource(actor, id).await?;
        let granted = self.permit(actor, GovernWorkspace, &resource, "workspace").await?;
        let act = envelope(statement)?;
        let header = act.header().map_err(|e| AppError::Invalid(e.to_string()))?;
        let kind_fits = act.open::<Suspension>().is_ok() || act.open::<Archive>().is_ok();
        if header.workspace != Some(id) || !kind_fits {
            return Err(AppError::Unprocessable(
                "a suspension or archive of this workspace was expected".into(),
            ));
        }
        if row.state != WorkspaceState::Active.as_str() {
            return Err(AppError::State(format!("the workspace is {}", row.state)));
        }
        let grounds = self.grounds(id).await?;
        let standing = self.restricting(&granted, &act, &grounds, &[]).await;
        Ok((act.digest(), self.noting(actor, "workspace.govern", id, standing).await?))
    }
}
