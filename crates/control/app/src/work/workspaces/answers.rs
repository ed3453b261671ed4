//! What the listed answer to a charter: accepted, or refused, which voids it.

use cloister_authz::{Actor, actions::AnswerInvitation};
use cloister_model::Digest;
use cloister_statement::{
    Envelope,
    predicate::{Acceptance, Refusal},
};
use cloister_store::workspaces::{self, WorkspaceRow};
use serde_json::Value;

use super::super::grounds::envelope;
use crate::{App, AppError, restrict::Standing};

impl App {
    /// Accepts a charter.
    pub async fn accept(
        &self,
        actor: &Actor,
        id: Digest,
        statement: &Value,
    ) -> Result<(Digest, Standing), AppError> {
        let (_, resource) = self.workspace_resource(actor, id).await?;
        let granted = self.permit(actor, AnswerInvitation, &resource, "workspace").await?;
        let result = self.answer(actor, &granted, id, statement).await;
        self.noting(actor, "workspace.accept", id, result).await
    }

    async fn answer(
        &self,
        actor: &Actor,
        granted: &cloister_authz::Granted<AnswerInvitation>,
        id: Digest,
        statement: &Value,
    ) -> Result<(Digest, Standing), AppError> {
        let acceptance = envelope(statement)?;
        let named = acceptance
            .open::<Acceptance>()
            .map_err(|e| AppError::Invalid(e.to_string()))?
            .predicate()
            .clone();
        if named.workspace != Some(id) {
            return Err(AppError::Unprocessable("the acceptance names another workspace".into()));
        }
        let signer = self.signed_by_caller(actor, &acceptance).await?;
        let grounds = self.grounds(id).await?;
        self.admit(&acceptance, &grounds)?;
        let charter = grounds.envelopes.get(&named.body.charter).ok_or(AppError::Absent("charter"))?;
        let tx = self.store.write().await?;
        let row = workspaces::by_id(&tx, id).await?.ok_or(AppError::Absent("workspace"))?;
        if !awaits_answers(&row, charter.digest()) {
            return Err(AppError::State("this charter does not wait for an answer".into()));
        }
        if tx.answer_invitation(granted, (charter.digest(), signer), "accepted", self.now()).await? {
            self.keep(&tx, &acceptance, actor, ("workspace.accept", granted.id())).await?;
            self.tell_answered(&tx, &row, actor, "accepted").await?;
        }
        self.charter_complete(&tx, id, charter).await?;
        tx.commit().await?;
        Ok((acceptance.digest(), self.settled(charter.digest()).await?))
    }

    /// Refuses a charter, which voids it.
    pub async fn decline(
        &self,
        actor: &Actor,
        id: Digest,
        statement: &Value,
    ) -> Result<(Digest, Standing), AppError> {
        let (_, resource) = self.workspace_resource(actor, id).await?;
        let granted = self.permit(actor, AnswerInvitation, &resource, "workspace").await?;
        let refusal = envelope(statement)?;
        let refused = self.refuse_charter(&granted, id, &refusal).await;
        self.noting(actor, "workspace.decline", id, refused).await?;
        let standing = self.standing(refusal.digest()).await;
        Ok((refusal.digest(), self.noting(actor, "workspace.decline", id, standing).await?))
    }

    /// One transaction: the refusal on its way to the broker, its entry in the log, and the member's answer.
    async fn refuse_charter(
        &self,
        granted: &cloister_authz::Granted<AnswerInvitation>,
        id: Digest,
        refusal: &Envelope,
    ) -> Result<(), AppError> {
        let named =
            refusal.open::<Refusal>().map_err(|e| AppError::Invalid(e.to_string()))?.predicate().clone();
        if named.workspace != Some(id) {
            return Err(AppError::Unprocessable("the refusal names another workspace".into()));
        }
        let charter = named.body.charter;
        let grounds = self.grounds(id).await?;
        let signer = self.signed_by_caller(granted.actor(), refusal).await?;
        let restriction = self.restriction(granted, refusal, &grounds, &[charter]).await?;
        let tx = self.store.write().await?;
        // Said again, a refusal stands as it stood: the caller may not have heard the first answer.
        if cloister_store::statements::find(&tx, refusal.digest()).await?.is_some() {
            return Ok(());
        }
        let row = workspaces::by_id(&tx, id).await?.ok_or(AppError::Absent("workspace"))?;
        if !awaits_answers(&row, charter) {
            return Err(AppError::State("this charter does not wait for an answer".into()));
        }
        self.restrict(&tx, restriction).await?;
        if tx.answer_invitation(granted, (charter, signer), "declined", self.now()).await? {
            self.tell_answered(&tx, &row, granted.actor(), "refused").await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Whether a charter waits for its members' answers: version 1 of a pending workspace, or a later one proposed.
fn awaits_answers(row: &WorkspaceRow, charter: Digest) -> bool {
    row.pending == Some(charter) || (row.state == "pending" && row.charter == charter)
}
