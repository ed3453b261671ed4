//! What there is to say of a workspace's state, for people.

use cloister_model::{Assurance, states::WorkspaceState};

use super::{
    super::{room::Room, worker::seen::no_worker_for},
    MemberView,
};
use crate::{App, AppError};

/// Addresses of those whose answer is `answer`.
fn who(members: &[MemberView], answer: &str) -> String {
    let named = members.iter().filter(|m| m.answer == answer);
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
        room: &Room,
        members: &[MemberView],
        best: Option<Assurance>,
    ) -> Result<Option<String>, AppError> {
        let state: WorkspaceState = room.row.state.parse().map_err(AppError::internal)?;
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
            WorkspaceState::Active => self.of_active(room, members, best).await?,
        };
        Ok((!said.is_empty()).then(|| said.join("; ")))
    }

    async fn of_active(
        &self,
        room: &Room,
        members: &[MemberView],
        best: Option<Assurance>,
    ) -> Result<Vec<String>, AppError> {
        let mut said = Vec::new();
        if room.row.pending.is_some() {
            let missing: Vec<String> =
                self.emails_in(room, room.awaited()).await?.iter().map(ToString::to_string).collect();
            said.push(awaited("a new charter", &missing.join(", ")));
        }
        for kind in room.awaiting.iter().filter(|kind| *kind != "charter") {
            said.push(format!("a {kind} is not in force yet: it waits for the key broker's acknowledgement"));
        }
        for member in members.iter().filter(|m| m.row.suspended) {
            let email = &member.certificate.email;
            said.push(format!("{email} is suspended: approvals required of it stay required"));
        }
        said.extend(unmet(room, best)?);
        Ok(said)
    }
}

/// Why no run can succeed: the charters contradict each other, or no worker meets the floor.
fn unmet(room: &Room, best: Option<Assurance>) -> Result<Option<String>, AppError> {
    if let Err(AppError::Refused { reason, .. }) = room.in_force() {
        return Ok(Some(format!("no run can succeed here: {reason}")));
    }
    Ok(no_worker_for(room.charter()?.floor, best))
}
