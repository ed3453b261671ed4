//! Workspaces: propose, answer, govern, look.

use std::collections::BTreeSet;

use cloister_authz::{
    Actor, Kind, Relation, Resource,
    actions::{
        AnswerInvitation, CreateWorkspace, DescribeWorkspace, GovernWorkspace, ListWorkspaces, ReadWorkspace,
        ResendInvitation,
    },
};
use cloister_model::{Description, Digest, Email, states::WorkspaceState};
use cloister_statement::{
    Envelope,
    predicate::{Acceptance, Archive, Certificate, Charter, Refusal, Suspension},
};
use cloister_store::{
    EntryDraft, Query, Tx,
    people::{self, certificates},
    statements::Awaiting,
    workspaces::{self, InvitationRow, WorkspaceRow},
};
use cloister_verify::{Check, Marks, acts::Effect, certificates::live, charters};
use serde_json::Value;

use super::{
    ON_ACK, Paging,
    grounds::{Grounds, envelope, find, wire},
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
    /// Why no run can succeed here now, if so.
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

/// The caller's relations to a workspace.
pub(crate) async fn relations(
    db: &dyn Query,
    actor: &Actor,
    row: &WorkspaceRow,
    kind: Kind,
    id: String,
) -> Result<Resource, AppError> {
    let mut resource = Resource::new(kind, id);
    if kind == Kind::Workspace {
        resource = resource.of(row.org);
    }
    let Some(me) = actor.user() else { return Ok(resource) };
    let mine =
        |rows: Vec<InvitationRow>| rows.into_iter().filter(move |r| r.member == me).collect::<Vec<_>>();
    let now = mine(workspaces::invited_by(db, row.charter).await?);
    let next = match row.pending {
        Some(pending) => mine(workspaces::invited_by(db, pending).await?),
        None => Vec::new(),
    };
    let in_force = row.version > 0;
    let member = now.iter().any(|r| in_force || r.answer == "accepted");
    let invited = !next.is_empty() || (!in_force && !now.is_empty());
    let administrator =
        now.iter().any(|r| r.administrator && !r.suspended && (in_force || r.answer == "accepted"));
    Ok(resource
        .with(Relation::Member, member)
        .with(Relation::Invited, invited)
        .with(Relation::Administrator, administrator)
        .with(Relation::Creator, kind == Kind::Workspace && (member || invited) && row.creator == me))
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
        description: Option<Description>,
    ) -> Result<WorkspaceView, AppError> {
        let granted = self.permit(actor, CreateWorkspace, &Resource::deployment(), "workspace").await?;
        let result = self.propose(actor, &granted, charter, description).await;
        self.noting(actor, "workspace.create", "deployment", result).await
    }

    async fn propose(
        &self,
        actor: &Actor,
        granted: &cloister_authz::Granted<CreateWorkspace>,
        charter: &Value,
        description: Option<Description>,
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
            description: match description {
                Some(text) => text,
                None => "".parse().map_err(AppError::internal)?,
            },
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
        let grounds = Grounds::of(&self.store.read(), Some(id), &[]).await?;
        self.admit(&acceptance, &grounds)?;
        let charter = grounds.envelopes.get(&named.body.charter).ok_or(AppError::Absent("charter"))?;
        let tx = self.store.write().await?;
        let row = workspaces::by_id(&tx, id).await?.ok_or(AppError::Absent("workspace"))?;
        let waits = row.pending == Some(charter.digest())
            || (row.state == "pending" && row.charter == charter.digest());
        if !waits {
            return Err(AppError::State("this charter does not wait for an answer".into()));
        }
        if tx.answer_invitation(granted, (charter.digest(), signer), "accepted", self.now()).await? {
            self.keep(&tx, &acceptance, actor, "workspace.accept").await?;
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
        let (row, resource) = self.workspace_resource(actor, id).await?;
        let granted = self.permit(actor, AnswerInvitation, &resource, "workspace").await?;
        let refusal = envelope(statement)?;
        let body =
            refusal.open::<Refusal>().map_err(|e| AppError::Invalid(e.to_string()))?.predicate().body.clone();
        let waits =
            row.pending == Some(body.charter) || (row.state == "pending" && row.charter == body.charter);
        if !waits {
            return Err(AppError::State("this charter does not wait for an answer".into()));
        }
        let grounds = Grounds::of(&self.store.read(), Some(id), &[]).await?;
        let standing = self.restricting(&granted, &refusal, &grounds, &[body.charter]).await;
        let standing = self.noting(actor, "workspace.decline", id, standing).await?;
        let signer = self.signed_by_caller(actor, &refusal).await?;
        let tx = self.store.write().await?;
        tx.answer_invitation(&granted, (body.charter, signer), "declined", self.now()).await?;
        tx.commit().await?;
        Ok((refusal.digest(), standing))
    }

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

    async fn propose_next(
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
        let tx = self.store.write().await?;
        if !self.keep(&tx, &charter, actor, "workspace.amend").await? {
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
        let grounds = Grounds::of(&self.store.read(), Some(id), &[]).await?;
        let standing = self.restricting(&granted, &act, &grounds, &[]).await;
        Ok((act.digest(), self.noting(actor, "workspace.govern", id, standing).await?))
    }

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

    /// Changes the description.
    pub async fn describe_workspace(
        &self,
        actor: &Actor,
        id: Digest,
        text: &Description,
    ) -> Result<WorkspaceView, AppError> {
        let (row, resource) = self.workspace_resource(actor, id).await?;
        let granted = self.permit(actor, DescribeWorkspace, &resource, "workspace").await?;
        if row.state == WorkspaceState::Archived.as_str() {
            return Err(AppError::State("the workspace is archived".into()));
        }
        let tx = self.store.write().await?;
        tx.describe_workspace(&granted, text).await?;
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
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            views.push(self.view(row).await?);
        }
        Ok(views)
    }

    /// The statements that make the workspace what it is.
    pub async fn workspace_statements(&self, actor: &Actor, id: Digest) -> Result<Statements, AppError> {
        use cloister_statement::Kind as K;
        let (_, resource) = self.workspace_resource(actor, id).await?;
        self.permit(actor, ReadWorkspace, &resource, "workspace").await?;
        let grounds = Grounds::of(&self.store.read(), Some(id), &[]).await?;
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

    async fn view(&self, row: WorkspaceRow) -> Result<WorkspaceView, AppError> {
        let db = self.store.read();
        let mut members = Vec::new();
        for invitation in workspaces::invited_by(&db, row.charter).await? {
            let found = certificates::by_digest(&db, invitation.certificate).await?;
            let found = found.ok_or(AppError::Internal("a member's certificate is missing".into()))?;
            let opened =
                super::grounds::stored(&found.envelope)?.open::<Certificate>().map_err(AppError::internal)?;
            members.push(MemberView { row: invitation, certificate: opened.predicate().body.clone() });
        }
        let notice = (row.state == "pending")
            .then(|| "it is pending: every member must accept the charter".to_owned());
        Ok(WorkspaceView { row, members, notice })
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
