//! Jobs: drafts, submission, review, withdrawal.

mod views;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cloister_authz::{
    Actor, Granted, Kind, Relation, Resource,
    actions::{CreateJob, EditJob, ReviewJob, SubmitJob, WithdrawJob},
};
use cloister_model::{Digest, Email, JobId, JobName, SqlName, states::JobState};
use cloister_statement::{
    Envelope,
    predicate::{Decision, Review, Spec, Withdrawal, WithdrawalTarget},
};
use cloister_store::{
    EntryDraft, Query, StoreError,
    datasets::{self, ShareRow},
    jobs::{self, JobRow},
};
use cloister_verify::{Check, Marks, acts, approvals};
use serde_json::Value;

use super::{
    grounds::{Grounds, envelope},
    refused,
    room::Room,
    user,
    workspaces::relations,
};
use crate::{App, AppError, restrict::Standing};

/// A review as shown.
#[derive(Clone, Debug)]
pub struct ReviewView {
    /// The reviewer's address.
    pub reviewer: Email,
    /// What it says.
    pub review: Review,
    /// The signed review.
    pub statement: Value,
    /// Its digest.
    pub digest: Digest,
    /// When it was signed.
    pub at: cloister_model::Timestamp,
    /// Whether it counts now.
    pub counts: bool,
}

impl ReviewView {
    /// `approve` or `reject`.
    pub fn decision(&self) -> &'static str {
        match self.review.decision {
            Decision::Approve => "approve",
            Decision::Reject => "reject",
        }
    }
}

/// A job as shown.
#[derive(Clone, Debug)]
pub struct JobView {
    /// The row.
    pub row: JobRow,
    /// The creator's address.
    pub creator: Email,
    /// The signed spec.
    pub spec: Option<Value>,
    /// Reviews of it.
    pub reviews: Vec<ReviewView>,
    /// Who must still approve.
    pub awaiting: BTreeSet<Email>,
    /// Runs counted.
    pub runs_used: u32,
    /// SQL names and manifests shared now.
    pub tables: BTreeMap<SqlName, Digest>,
}

/// The shares that are live in a workspace.
pub(crate) async fn live_shares(db: &dyn Query, workspace: Digest) -> Result<Vec<ShareRow>, AppError> {
    Ok(datasets::shares_to(db, workspace).await?.into_iter().filter(|s| s.state == "live").collect())
}

impl App {
    /// The caller's relations to a job that is not deleted.
    pub(crate) async fn job_resource(
        &self,
        actor: &Actor,
        id: JobId,
    ) -> Result<(JobRow, Resource, Arc<Room>), AppError> {
        let found = self.kept_job_resource(actor, id).await?;
        if found.0.deleted.is_some() { Err(AppError::Absent("job")) } else { Ok(found) }
    }

    /// The caller's relations to a job; a deleted draft counts too, for the runs that tried it.
    pub(crate) async fn kept_job_resource(
        &self,
        actor: &Actor,
        id: JobId,
    ) -> Result<(JobRow, Resource, Arc<Room>), AppError> {
        user(actor)?;
        let row = jobs::by_id(&self.store.read(), id).await?.ok_or(AppError::Absent("job"))?;
        let room = self.room(row.workspace).await?;
        let resource = self.job_relations(actor, &row, &room).await?;
        Ok((row, resource, room))
    }

    async fn job_relations(&self, actor: &Actor, row: &JobRow, room: &Room) -> Result<Resource, AppError> {
        let resource = room.relations(actor, Kind::Job, row.id.to_string());
        let charter = room.charter()?;
        let mine = room.certificates_of(actor);
        let member = resource.relations.contains(&Relation::Member);
        let author = match row.spec.and_then(|spec| room.grounds.envelopes.get(&spec)) {
            Some(spec) => self.signed_in_room(actor, spec, room).await,
            None => false,
        };
        let runner = match &charter.run {
            cloister_model::RunPolicy::AllMembers => member,
            cloister_model::RunPolicy::CreatorOnly => author,
            cloister_model::RunPolicy::Named { members } => mine.iter().any(|c| members.contains(c)),
        };
        Ok(resource
            .with(Relation::Creator, member && actor.user() == Some(row.creator))
            .with(Relation::Author, member && author)
            .with(Relation::Reviewer, member && mine.iter().any(|c| acts::may_review(charter, c)))
            .with(Relation::Runner, member && runner))
    }

    /// Makes a draft.
    pub async fn create_job(
        &self,
        actor: &Actor,
        workspace: Digest,
        name: JobName,
        draft: String,
    ) -> Result<JobView, AppError> {
        let creator = user(actor)?;
        let there = self.workspace_row(workspace).await?;
        let resource =
            relations(&self.store.read(), actor, &there, Kind::Workspace, workspace.to_string()).await?;
        let granted = self.permit(actor, CreateJob, &resource, "workspace").await?;
        if there.state != "active" {
            return Err(AppError::State(format!("the workspace is {}", there.state)));
        }
        let id = JobId(self.new_id());
        let row = JobRow {
            id,
            workspace,
            name,
            creator,
            draft,
            state: JobState::Draft,
            spec: None,
            created: self.now(),
            deleted: None,
        };
        let tx = self.store.write().await?;
        tx.add_job(&granted, &row).await.map_err(|e| taken(e, &row.name))?;
        tx.audit(EntryDraft::done(self.now(), actor, "job.create").target(id).workspace(workspace)).await?;
        tx.commit().await?;
        self.job_view(row).await
    }

    /// Changes a draft that is still as the caller saw it.
    pub async fn change_draft(
        &self,
        actor: &Actor,
        seen: &JobRow,
        name: &JobName,
        draft: &str,
    ) -> Result<JobView, AppError> {
        let id = seen.id;
        let (row, granted) = self.editable(actor, id).await?;
        if row.state != JobState::Draft {
            return Err(AppError::State("only a draft can be changed; withdraw the job first".into()));
        }
        let tx = self.store.write().await?;
        if !tx
            .change_draft(&granted, (seen.name.as_str(), &seen.draft), name, draft)
            .await
            .map_err(|e| taken(e, name))?
        {
            return Err(AppError::Stale("the draft was changed after you read it; read it again"));
        }
        tx.audit(EntryDraft::done(self.now(), actor, "job.edit").target(id).workspace(row.workspace)).await?;
        tx.commit().await?;
        self.show_job(actor, id).await
    }

    /// Deletes a draft that is still as the caller saw it. What was signed about it, and runs that tried it, stay.
    pub async fn delete_draft(&self, actor: &Actor, seen: &JobRow) -> Result<(), AppError> {
        let id = seen.id;
        let (row, granted) = self.editable(actor, id).await?;
        let tx = self.store.write().await?;
        if row.state != JobState::Draft {
            return Err(AppError::State("only a draft can be deleted; withdraw the job first".into()));
        }
        if !tx.delete_draft(&granted, &seen.draft, self.now()).await? {
            return Err(AppError::Stale("the draft was changed after you read it; read it again"));
        }
        tx.audit(EntryDraft::done(self.now(), actor, "job.delete").target(id).workspace(row.workspace))
            .await?;
        Ok(tx.commit().await?)
    }

    async fn editable(&self, actor: &Actor, id: JobId) -> Result<(JobRow, Granted<EditJob>), AppError> {
        let (row, resource, _) = self.job_resource(actor, id).await?;
        Ok((row, self.permit(actor, EditJob, &resource, "job").await?))
    }

    /// Submits a signed spec; its signature is its author's approval.
    pub async fn submit_job(&self, actor: &Actor, id: JobId, statement: &Value) -> Result<JobView, AppError> {
        let (row, resource, _) = self.job_resource(actor, id).await?;
        let granted = self.permit(actor, SubmitJob, &resource, "job").await?;
        let result = self.submit(&granted, &row, statement).await;
        self.noting(actor, "job.submit", id, result).await?;
        self.show_job(actor, id).await
    }

    async fn submit(
        &self,
        granted: &Granted<SubmitJob>,
        row: &JobRow,
        statement: &Value,
    ) -> Result<(), AppError> {
        let spec = envelope(statement)?;
        let grounds = self.admit_spec(granted.actor(), row, &spec).await?;
        let to = row.state.to(JobState::UnderReview).map_err(|e| AppError::State(e.to_string()))?;
        if spec.open::<Spec>().is_ok_and(|s| s.predicate().body.test) {
            return Err(AppError::Unprocessable("a test spec is not submitted".into()));
        }
        let tx = self.store.write().await?;
        if !self.keep(&tx, &spec, granted.actor(), ("job.submit", granted.id())).await? {
            return Err(AppError::Conflict("this spec was submitted before".into()));
        }
        if !tx.submit_job(granted, (spec.digest(), self.now()), to).await? {
            return Err(AppError::State("the job is no longer a draft".into()));
        }
        if self.accepted(&grounds, row.workspace, &spec)? {
            tx.accept_job(row.id).await?;
        } else {
            let author = self.signed_by_caller(granted.actor(), &spec).await?;
            let missing = views::missing(&grounds.in_force(row.workspace)?, &BTreeSet::from([author]));
            self.tell_reviewers(&tx, row, &missing, granted.actor()).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Judges a spec: by the named checks, and its tables are what the workspace's shares give now.
    pub(crate) async fn admit_spec(
        &self,
        actor: &Actor,
        row: &JobRow,
        spec: &Envelope,
    ) -> Result<Grounds, AppError> {
        let opened = spec.open::<Spec>().map_err(|e| AppError::Invalid(e.to_string()))?.predicate().clone();
        if opened.workspace != Some(row.workspace) {
            return Err(AppError::Unprocessable("the spec names another workspace".into()));
        }
        if self.workspace_row(row.workspace).await?.state != "active" {
            return Err(AppError::State("the workspace is not active".into()));
        }
        self.signed_by_caller(actor, spec).await?;
        let db = self.store.read();
        let shares = live_shares(&db, row.workspace).await?;
        for (name, manifest) in &opened.body.tables {
            if !shares.iter().any(|s| s.sql_name == *name && s.manifest == *manifest) {
                let why = format!(
                    "`{name}` is not a dataset shared to the workspace now, or another version of it"
                );
                return Err(refused(Check::Manifest, why));
            }
        }
        let mut grounds = Grounds::clone(self.grounds(row.workspace).await?.as_ref());
        for reader in &opened.body.readers {
            if !grounds.envelopes.contains_key(reader) {
                return Err(refused(
                    Check::Membership,
                    format!("the reader `{reader}` has no certificate in the charter"),
                ));
            }
        }
        self.admit(spec, &grounds)?;
        grounds.dossier.add(spec)?;
        grounds.envelopes.insert(spec.digest(), spec.clone());
        Ok(grounds)
    }

    /// Whether the approval policy is met; anything but a missing approval is for the run to say.
    fn accepted(&self, grounds: &Grounds, workspace: Digest, spec: &Envelope) -> Result<bool, AppError> {
        let force = grounds.in_force(workspace)?;
        let found = grounds.dossier.specs().get(&spec.digest()).ok_or(AppError::Absent("spec"))?;
        Ok(approvals::approved(found, &force, &grounds.dossier, &Marks::default(), self.now()).is_ok())
    }

    /// Approves or rejects.
    pub async fn review_job(
        &self,
        actor: &Actor,
        id: JobId,
        statement: &Value,
    ) -> Result<(JobView, Standing), AppError> {
        let (row, resource, _) = self.job_resource(actor, id).await?;
        let granted = self.permit(actor, ReviewJob, &resource, "job").await?;
        let result = self.review(&granted, &row, statement).await;
        let standing = self.noting(actor, "job.review", id, result).await?;
        Ok((self.show_job(actor, id).await?, standing))
    }

    async fn review(
        &self,
        granted: &Granted<ReviewJob>,
        row: &JobRow,
        statement: &Value,
    ) -> Result<Standing, AppError> {
        let review = envelope(statement)?;
        let body =
            review.open::<Review>().map_err(|e| AppError::Invalid(e.to_string()))?.predicate().body.clone();
        if row.spec != Some(body.spec) || row.state != JobState::UnderReview {
            return Err(AppError::State("the job does not wait for a review of this spec".into()));
        }
        let grounds = self.grounds(row.workspace).await?;
        match body.decision {
            Decision::Reject => self.restricting(granted, &review, &grounds, &[body.spec]).await,
            Decision::Approve => {
                self.signed_by_caller(granted.actor(), &review).await?;
                self.admit(&review, &grounds)?;
                let spec = grounds.envelopes.get(&body.spec).cloned().ok_or(AppError::Absent("spec"))?;
                let tx = self.store.write().await?;
                self.keep(&tx, &review, granted.actor(), ("job.approve", granted.id())).await?;
                // Read again within the transaction: two last approvals may have come at once.
                let now = Grounds::of(&tx, Some(row.workspace), &[]).await?;
                if self.accepted(&now, row.workspace, &spec)? {
                    tx.accept_job(row.id).await?;
                    self.tell_decided(&tx, row, granted.actor().user(), "accepted").await?;
                }
                tx.commit().await?;
                // Approvals need no acknowledgement: they let nothing pass that the broker does not judge again.
                Ok(Standing::InForce(Value::Null))
            }
        }
    }

    /// Withdraws the spec or a review of it.
    pub async fn withdraw_job(
        &self,
        actor: &Actor,
        id: JobId,
        statement: &Value,
    ) -> Result<(Digest, Standing), AppError> {
        let (row, resource, _) = self.job_resource(actor, id).await?;
        let granted = self.permit(actor, WithdrawJob, &resource, "job").await?;
        let withdrawal = envelope(statement)?;
        let target = withdrawal
            .open::<Withdrawal>()
            .map_err(|e| AppError::Invalid(e.to_string()))?
            .predicate()
            .body
            .target;
        let grounds = self.grounds(row.workspace).await?;
        let (about, named) = match target {
            WithdrawalTarget::Spec(spec) => (Some(spec), vec![spec]),
            WithdrawalTarget::Review(review) => {
                let spec = grounds.dossier.reviews().get(&review).map(|r| r.body().spec);
                (spec, spec.into_iter().chain([review]).collect())
            }
        };
        if about.is_none() || about != row.spec {
            return Err(AppError::State("the withdrawal is not about the job's spec".into()));
        }
        let standing = self.restricting(&granted, &withdrawal, &grounds, &named).await;
        Ok((withdrawal.digest(), self.noting(actor, "job.withdraw", id, standing).await?))
    }
}

fn taken(error: StoreError, name: &JobName) -> AppError {
    match error {
        StoreError::Conflict => {
            AppError::Conflict(format!("a job named `{name}` is in the workspace already"))
        }
        other => other.into(),
    }
}
