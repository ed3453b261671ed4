//! What there is to say of a workspace's state, for people.

use cloister_model::{Digest, states::WorkspaceState};
use cloister_statement::predicate::Charter;
use cloister_store::{
    statements,
    workspaces::{self, WorkspaceRow},
};

use super::{MemberView, views::certificate_of};
use crate::{App, AppError};

/// Addresses of those whose answer is `answer`.
fn who(members: &[MemberView], answer: &str) -> String {
    let named = members.iter().filter(|m| m.row.answer == answer);
    named.map(|m| m.certificate.email.to_string()).collect::<Vec<_>>().join(", ")
}

/// Who is awaited, or that only the broker is.
fn awaited(what: &str, who: &str) -> String {
    if who.is_empty() {
        format!("{what} waits for the key broker's acknowledgement")
    } else {
        format!("{what} waits for the answer of {who}")
    }
}

impl App {
    /// One sentence or several; none for a workspace in which everything can be done.
    pub(super) async fn notice(
        &self,
        row: &WorkspaceRow,
        members: &[MemberView],
    ) -> Result<Option<String>, AppError> {
        let state: WorkspaceState = row.state.parse().map_err(AppError::internal)?;
        let said = match state {
            WorkspaceState::Pending if !who(members, "declined").is_empty() => {
                vec![format!(
                    "{} refused the charter; the key broker has yet to hear of it",
                    who(members, "declined")
                )]
            }
            WorkspaceState::Pending => vec![awaited("the charter", &who(members, "pending"))],
            WorkspaceState::Rejected => {
                vec![format!("rejected for good: {} refused the charter", who(members, "declined"))]
            }
            WorkspaceState::Archived => {
                vec!["archived for good: nothing can be changed or run, what was done stays readable".into()]
            }
            WorkspaceState::Active => self.of_active(row, members).await?,
        };
        Ok((!said.is_empty()).then(|| said.join("; ")))
    }

    async fn of_active(&self, row: &WorkspaceRow, members: &[MemberView]) -> Result<Vec<String>, AppError> {
        let db = self.store.read();
        let mut said = Vec::new();
        if let Some(pending) = row.pending {
            let mut missing = Vec::new();
            for invitation in workspaces::invited_by(&db, pending).await? {
                if invitation.answer == "pending" {
                    missing.push(certificate_of(&db, invitation.certificate).await?.email.to_string());
                }
            }
            said.push(awaited("a new charter", &missing.join(", ")));
        }
        for kind in statements::awaiting_broker(&db, row.id).await? {
            if kind != "charter" {
                said.push(format!(
                    "a {kind} is not in force yet: it waits for the key broker's acknowledgement"
                ));
            }
        }
        for member in members.iter().filter(|m| m.row.suspended) {
            let email = &member.certificate.email;
            said.push(format!("{email} is suspended: approvals required of it stay required"));
        }
        said.extend(self.unmet(row.id, row.charter).await?);
        Ok(said)
    }

    /// Why no run can succeed: the charters contradict each other, or no worker meets the floor.
    async fn unmet(&self, workspace: Digest, charter: Digest) -> Result<Option<String>, AppError> {
        let grounds = self.grounds(workspace).await?;
        if let Err(AppError::Refused { reason, .. }) = grounds.in_force(workspace) {
            return Ok(Some(format!("no run can succeed here: {reason}")));
        }
        let charter = grounds.envelopes.get(&charter).ok_or(AppError::Absent("charter"))?;
        let floor = charter.open::<Charter>().map_err(AppError::internal)?.predicate().body.floor;
        self.no_worker_for(floor).await
    }
}
