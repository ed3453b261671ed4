//! Workspaces: charters, invitations, statements.

pub(super) mod accept;
pub(super) mod all_statements;
pub(super) mod amend;
pub(super) mod archive;
pub(super) mod create;
pub(super) mod decline;
pub(super) mod describe;
pub(super) mod dismiss;
pub(super) mod list;
pub(super) mod proposals;
pub(super) mod propose;
pub(super) mod resend;
pub(super) mod show;
pub(super) mod suspend;

use axum::{Json, extract::Path, http::StatusCode};
use cloister_api::{
    Envelope, InForce,
    workspaces::{Member, Proposal, Workspace, WorkspaceStatements},
};
use cloister_app::work::workspaces::{MemberView, Statements, WorkspaceView};
use cloister_model::{Digest, WorkspaceId};
use cloister_store::proposals::ProposalRow;

use crate::{body::place, problem::Failure};

type Acted = Result<(StatusCode, Json<InForce>), Failure>;

fn member(view: MemberView) -> Member {
    let MemberView { row, answer, certificate } = view;
    Member {
        certificate: row.certificate,
        email: certificate.email,
        organisation: certificate.organisation_name,
        administrator: row.administrator,
        suspended: row.suspended,
        answer,
        invited: row.invited,
        answered: row.answered,
    }
}

fn shown(view: WorkspaceView) -> Workspace {
    let WorkspaceView { row, members, pending_members, awaiting, proposed_by, notice } = view;
    Workspace {
        id: WorkspaceId(row.id),
        name: row.name,
        description: row.description,
        kind: row.kind,
        state: row.state,
        version: u64::try_from(row.version).unwrap_or_default(),
        charter: row.charter,
        pending_charter: row.pending,
        members: members.into_iter().map(member).collect(),
        pending_members: pending_members.into_iter().map(member).collect(),
        awaiting,
        proposed_by,
        templates: row.templates,
        created: row.created,
        notice,
    }
}

fn proposal(row: ProposalRow) -> Proposal {
    let ProposalRow { id, email, add, remove, created, .. } = row;
    Proposal { id, author: email, add, remove, created }
}

/// Statements as the API shows them.
pub(super) fn statements(found: Statements) -> WorkspaceStatements {
    let wire = |list: Vec<serde_json::Value>| list.into_iter().map(Envelope).collect();
    WorkspaceStatements {
        statements: wire(found.statements),
        certificates: wire(found.certificates),
        acknowledgements: wire(found.acknowledgements),
    }
}

/// What acts change of a workspace: what only time changes is no reason to refuse an edit.
fn edited(shown: &Workspace) -> Workspace {
    Workspace { notice: None, ..shown.clone() }
}

fn id(path: &Path<String>) -> Result<Digest, Failure> {
    place(path, "workspace")
}
