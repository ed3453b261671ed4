//! Workspaces: propose, answer, govern, look.

mod answers;
mod changes;
mod notice;
mod proposals;
mod views;

use cloister_authz::{Actor, Kind, Relation, Resource, actions::CreateWorkspace};
use cloister_model::{Description, Digest, Email, Templates, states::WorkspaceState};
use cloister_statement::{
    Envelope, Signer,
    predicate::{Certificate, Charter},
};
use cloister_store::{
    EntryDraft, Query, Tx,
    people::certificates,
    statements::Awaiting,
    workspaces::{self, InvitationRow, WorkspaceRow},
};
use cloister_verify::{Check, Marks, acts::Effect, certificates::live};
use serde_json::Value;

use super::{
    ON_ACK,
    grounds::{Grounds, envelope, wire},
    refused, user,
};
use crate::{
    App, AppError,
    restrict::{Standing, row_of},
};

/// A member as shown.
#[derive(Clone, Debug)]
pub struct MemberView {
    /// Its invitation.
    pub row: InvitationRow,
    /// Its answer: that of the row, or `not_needed` where the charter comes into force without one.
    pub answer: String,
    /// What its certificate says.
    pub certificate: Certificate,
}

/// A workspace as shown to those in it or invited.
#[derive(Clone, Debug)]
pub struct WorkspaceView {
    /// The row.
    pub row: WorkspaceRow,
    /// Everyone the charter shown lists.
    pub members: Vec<MemberView>,
    /// Everyone a later charter lists that waits.
    pub pending_members: Vec<MemberView>,
    /// Whose acceptance the charter that waits still needs.
    pub awaiting: Vec<Email>,
    /// Who proposed the charter that waits.
    pub proposed_by: Option<Email>,
    /// What there is to say of its state: who is awaited, what waits, why no run can succeed here now.
    pub notice: Option<String>,
}

/// Statements as they go over the wire.
#[derive(Clone, Debug, Default)]
pub struct Statements {
    /// The statements.
    pub statements: Vec<Value>,
    /// Certificates.
    pub certificates: Vec<Value>,
    /// Acknowledgements.
    pub acknowledgements: Vec<Value>,
}

/// What of a workspace is not signed; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Unsigned {
    /// What it is for.
    pub description: Option<Description>,
    /// The templates it offers.
    pub templates: Option<Templates>,
}

/// The caller's relations to a workspace.
pub(crate) async fn relations(
    db: &dyn Query,
    actor: &Actor,
    row: &WorkspaceRow,
    kind: Kind,
    id: String,
) -> Result<Resource, AppError> {
    let now = workspaces::invited_by(db, row.charter).await?;
    let next = match row.pending {
        Some(pending) => workspaces::invited_by(db, pending).await?,
        None => Vec::new(),
    };
    Ok(relation_of(actor, row, (&now, &next), (kind, id)))
}

/// The actor's relations to a thing in a workspace, by whom its charter in force and its pending one list.
pub(crate) fn relation_of(
    actor: &Actor,
    row: &WorkspaceRow,
    (now, next): (&[InvitationRow], &[InvitationRow]),
    (kind, id): (Kind, String),
) -> Resource {
    let mut resource = Resource::new(kind, id);
    if kind == Kind::Workspace {
        resource = resource.of(row.org);
    }
    let Some(me) = actor.user() else { return resource };
    let now: Vec<_> = now.iter().filter(|r| r.member == me).collect();
    let invited_next = next.iter().any(|r| r.member == me);
    let in_force = row.version > 0;
    let member = now.iter().any(|r| in_force || r.answer == "accepted");
    let invited = invited_next || (!in_force && !now.is_empty());
    let administrator =
        now.iter().any(|r| r.administrator && !r.suspended && (in_force || r.answer == "accepted"));
    resource
        .with(Relation::Member, member)
        .with(Relation::Invited, invited)
        .with(Relation::Administrator, administrator)
        .with(Relation::Creator, kind == Kind::Workspace && (member || invited) && row.creator == me)
}

/// Whether a charter lists its signer and nobody else. Whether the caller is the signer is looked at where it is stored.
fn of_its_signer_alone(charter: &Value) -> bool {
    let Ok(opened) =
        envelope(charter).and_then(|e| e.open::<Charter>().map_err(|e| AppError::Invalid(e.to_string())))
    else {
        return false;
    };
    let (signer, members) = (opened.predicate().signer, &opened.predicate().body.members);
    members.len() == 1 && members.iter().all(|member| Signer::Certificate(*member) == signer)
}

impl App {
    pub(crate) async fn workspace_row(&self, id: Digest) -> Result<WorkspaceRow, AppError> {
        workspaces::by_id(&self.store.read(), id).await?.ok_or(AppError::Absent("workspace"))
    }

    async fn workspace_resource(
        &self,
        actor: &Actor,
        id: Digest,
    ) -> Result<(WorkspaceRow, Resource), AppError> {
        let Some(row) = workspaces::by_id(&self.store.read(), id).await? else {
            user(actor)?;
            return Err(AppError::Absent("workspace"));
        };
        let resource = relations(&self.store.read(), actor, &row, Kind::Workspace, id.to_string()).await?;
        Ok((row, resource))
    }

    /// Proposes a workspace: stores its first charter; alone in it, the charter goes to the broker at once.
    pub async fn create_workspace(
        &self,
        actor: &Actor,
        charter: &Value,
        unsigned: Unsigned,
    ) -> Result<WorkspaceView, AppError> {
        let wanted = Resource::deployment().with(Relation::Own, of_its_signer_alone(charter));
        let granted = self.permit(actor, CreateWorkspace, &wanted, "workspace").await?;
        let result = self.propose(actor, &granted, charter, unsigned).await;
        self.noting(actor, "workspace.create", "deployment", result).await
    }

    async fn propose(
        &self,
        actor: &Actor,
        granted: &cloister_authz::Granted<CreateWorkspace>,
        charter: &Value,
        unsigned: Unsigned,
    ) -> Result<WorkspaceView, AppError> {
        let charter = envelope(charter)?;
        let body =
            charter.open::<Charter>().map_err(|e| AppError::Invalid(e.to_string()))?.predicate().body.clone();
        if body.version != 1 {
            return Err(AppError::Unprocessable("a workspace begins with version 1 of its charter".into()));
        }
        let signer = self.signed_by_caller(actor, &charter).await?;
        let grounds = Grounds::around(&self.store.read(), &[&charter]).await?;
        self.members_live(&body, &grounds)?;
        self.admit(&charter, &grounds)?;
        let now = self.now();
        let id = charter.digest();
        let row = WorkspaceRow {
            id,
            name: body.name.clone(),
            description: match unsigned.description {
                Some(text) => text,
                None => "".parse().map_err(AppError::internal)?,
            },
            templates: unsigned.templates.unwrap_or_default(),
            kind: body.kind,
            state: WorkspaceState::Pending.as_str().into(),
            version: 0,
            charter: id,
            pending: None,
            creator: user(actor)?,
            org: actor.org().ok_or(AppError::Unauthenticated("sign in first"))?,
            created: now,
        };
        let tx = self.store.write().await?;
        let mut statement = row_of(&charter, now)?;
        statement.workspace = Some(id);
        if !tx.store_statement(&statement, None).await? {
            return Err(AppError::Conflict("this workspace is there already".into()));
        }
        tx.add_workspace(granted, &row).await?;
        self.invite_all(&tx, &row, &charter, &body, Some(signer)).await?;
        let awaited: Vec<Digest> = body.members.iter().filter(|member| **member != signer).copied().collect();
        self.tell_invited(&tx, &row, (id, &awaited), actor).await?;
        tx.audit(EntryDraft::done(now, actor, "workspace.create").statement(id).target(id).workspace(id))
            .await?;
        self.charter_complete(&tx, id, &charter).await?;
        tx.commit().await?;
        self.settled(id).await?;
        self.view(self.workspace_row(id).await?).await
    }

    /// Every named member must hold a live certificate; the others are refused by name. The broker the charter names
    /// must be the one that issued them.
    fn members_live(&self, charter: &Charter, grounds: &Grounds) -> Result<(), AppError> {
        for member in &charter.members {
            let found = grounds.dossier.certificates().get(member);
            let missing =
                || refused(Check::Membership, format!("the certificate `{member}` is not known here"));
            let found = found.ok_or_else(missing)?;
            live(found, &grounds.dossier, &Marks::default(), self.now())?;
            if found.key() != charter.broker.signing_key {
                return Err(refused(
                    Check::Charter,
                    "the charter names another broker than issued its certificates",
                ));
            }
        }
        Ok(())
    }

    async fn invite_all(
        &self,
        tx: &Tx,
        row: &WorkspaceRow,
        charter: &Envelope,
        body: &Charter,
        signer: Option<Digest>,
    ) -> Result<(), AppError> {
        let now = self.now();
        let before = workspaces::invited_by(tx, row.charter).await?;
        for member in &body.members {
            let certificate =
                certificates::by_digest(tx, *member).await?.ok_or(AppError::Absent("certificate"))?;
            let accepted = signer == Some(*member);
            let suspended = before.iter().any(|b| b.certificate == *member && b.suspended);
            tx.invite(&InvitationRow {
                workspace: row.id,
                charter: charter.digest(),
                certificate: *member,
                member: certificate.owner,
                administrator: body.administrators.contains(member),
                answer: if accepted { "accepted" } else { "pending" }.into(),
                suspended,
                invited: now,
                answered: accepted.then_some(now),
            })
            .await?;
        }
        Ok(())
    }

    /// When the last acceptance is stored, the charter goes to the broker with all of them.
    async fn charter_complete(
        &self,
        tx: &Tx,
        workspace: Digest,
        charter: &Envelope,
    ) -> Result<bool, AppError> {
        let grounds = Grounds::of(tx, Some(workspace), &[]).await?;
        let effect = cloister_verify::acts::effect(charter, &grounds.dossier, &Marks::default(), self.now())?;
        let Effect::CharterInForce { .. } = effect else { return Ok(false) };
        let supporting = Value::Array(grounds.supporting(&[])).to_string();
        let awaiting = Awaiting { on_ack: ON_ACK.into(), supporting };
        if tx.await_broker(charter.digest(), &awaiting).await? {
            self.enqueue_pipe(tx, charter.digest(), self.now()).await?;
        }
        Ok(true)
    }

    /// Waits for the broker where the charter awaits it.
    async fn settled(&self, charter: Digest) -> Result<Standing, AppError> {
        let row = cloister_store::statements::find(&self.store.read(), charter).await?;
        match row.ok_or(AppError::Absent("charter"))?.state.as_str() {
            "stored" => Ok(Standing::Pending),
            _ => self.standing(charter).await,
        }
    }
}

/// The statements of some kinds, with all certificates and acknowledgements.
pub(crate) fn of_kinds(grounds: &Grounds, wanted: impl Fn(cloister_statement::Kind) -> bool) -> Statements {
    let all = grounds.envelopes.values();
    let certificates = all.clone().filter(|e| e.kind() == cloister_statement::Kind::Certificate);
    Statements {
        statements: all.clone().filter(|e| wanted(e.kind())).map(wire).collect(),
        certificates: certificates.map(wire).collect(),
        acknowledgements: grounds.acknowledgements.iter().map(wire).collect(),
    }
}
