//! What a notice says, in one line.

use cloister_model::notices::NoticeKind;
use cloister_store::notices::NoticeRow;

/// Where in the console the thing is.
pub fn link(row: &NoticeRow) -> String {
    let new = &row.new;
    let workspace = new.workspace.map(|id| id.to_string()).unwrap_or_default();
    let target = new.target.as_deref().unwrap_or_default();
    match new.kind {
        NoticeKind::Invited if new.outcome.as_deref() == Some("proposed") => {
            format!("/workspaces/{workspace}/settings")
        }
        NoticeKind::Invited
        | NoticeKind::Answered
        | NoticeKind::WorkspaceActive
        | NoticeKind::WorkspaceRejected
        | NoticeKind::WorkspaceArchived => format!("/workspaces/{workspace}"),
        NoticeKind::Shared | NoticeKind::Revoked => format!("/workspaces/{workspace}/datasets"),
        NoticeKind::ReviewAsked | NoticeKind::Decided => format!("/jobs/{target}"),
        NoticeKind::RunFinished => format!("/runs/{target}"),
        NoticeKind::RoleChanged => "/profile".into(),
    }
}

/// One sentence for the inbox and for the subject of a mail.
pub fn headline(row: &NoticeRow) -> String {
    let new = &row.new;
    let name = &new.name;
    let who = row.actor_email.as_ref().map_or("somebody", |email| email.as_str());
    let place = row.workspace_name.as_deref().unwrap_or("a workspace");
    let outcome = new.outcome.as_deref().unwrap_or("ended");
    match new.kind {
        NoticeKind::Invited if new.outcome.as_deref() == Some("amended") => {
            format!("{who} asks you to accept a new charter of the workspace `{place}`")
        }
        NoticeKind::Invited if new.outcome.as_deref() == Some("proposed") => {
            format!("{who} proposes a change of members of the workspace `{place}`; you decide")
        }
        NoticeKind::Invited => format!("{who} invited you to the workspace `{place}`"),
        NoticeKind::Answered => format!("{who} {outcome} the charter of the workspace `{place}`"),
        NoticeKind::WorkspaceActive => format!("the charter of the workspace `{place}` is in force"),
        NoticeKind::WorkspaceRejected => format!("the charter of the workspace `{place}` was refused"),
        NoticeKind::WorkspaceArchived => format!("the workspace `{place}` was archived for good"),
        NoticeKind::Shared => format!("{who} shared the dataset `{name}` to the workspace `{place}`"),
        NoticeKind::Revoked => {
            format!("the dataset `{name}` was revoked from the workspace `{place}`; runs no longer read it")
        }
        NoticeKind::ReviewAsked => format!("{who} asks for your review of the job `{name}` in `{place}`"),
        NoticeKind::Decided => format!("the job `{name}` in `{place}` was {outcome}"),
        NoticeKind::RunFinished => format!("your run of the job `{name}` in `{place}` {outcome}"),
        NoticeKind::RoleChanged if name.is_empty() => "your roles were taken away: you are a member".into(),
        NoticeKind::RoleChanged => format!("your roles are now: {name}"),
    }
}
