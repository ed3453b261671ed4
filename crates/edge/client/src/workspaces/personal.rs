//! The personal workspace: of its owner alone, for what needs a workspace and concerns nobody else.

use cloister_api::workspaces::Workspace;
use cloister_model::{Assurance, WorkspaceKind};
use cloister_statement::predicate::Charter;

use super::{Approval, Creation, HeldWorkspace, RunBy};
use crate::{Client, ClientError, client::Signatory};

const NAME: &str = "Personal";

impl Client {
    /// The caller's personal workspace; founded when there is none that can be used.
    pub async fn personal_workspace(&self, me: &Signatory) -> Result<HeldWorkspace, ClientError> {
        let all: Vec<Workspace> = self.api.all("/workspaces").await?;
        for workspace in all.into_iter().filter(|w| w.name.as_str() == NAME && w.state == "active") {
            match self.own_alone(me, workspace).await {
                Ok(Some(held)) => return Ok(held),
                // What does not hold here is not ours to use; another is founded.
                Ok(None) | Err(ClientError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let creation = Creation {
            name: NAME.parse().map_err(|e| ClientError::Failed(format!("{e}")))?,
            kind: WorkspaceKind::Analytics,
            description: None,
            templates: None,
            members: Vec::new(),
            approval: Approval::All,
            run: RunBy::All,
            // The floors of the manifests and their grants decide.
            floor: Assurance::Simulated,
            recoverers: Vec::new(),
            // Only the caller's own certificate counts there, whichever way it was made.
            console_allowed: true,
        };
        self.hold(self.create_workspace(&creation).await?).await
    }

    /// The workspace, if its first charter is by the caller's own key and the one in force lists the caller alone. Such a
    /// charter needs no comparing with another member before it is pinned.
    async fn own_alone(
        &self,
        me: &Signatory,
        workspace: Workspace,
    ) -> Result<Option<HeldWorkspace>, ClientError> {
        let alone = |charter: &Charter| charter.members.iter().eq([&me.person.digest]);
        let mut held = self.hold(workspace).await?;
        let first = held.dossier.charters().get(&held.genesis());
        let own = first.is_some_and(|c| alone(c.body()) && c.certificate() == Some(me.person.digest));
        if own && held.in_force().is_err() {
            self.pin_workspace(&held.workspace)?;
            held = self.hold(held.workspace).await?;
        }
        let usable = own && alone(&held.in_force()?.charter);
        Ok(usable.then_some(held))
    }
}
