//! Whom each act of this room tells, and of what.

use std::collections::BTreeSet;

use cloister_authz::Actor;
use cloister_model::{DatasetId, Digest, UserId, notices::NoticeKind, states::RunState};
use cloister_store::{
    Query, Tx,
    datasets::{self, ShareRow},
    jobs::{self, JobRow},
    people::certificates,
    runs::RunRow,
    statements::{self, StoredStatement},
    workspaces::{self, WorkspaceRow},
};

use crate::{
    App, AppError,
    notices::{News, members},
};

impl App {
    /// Those who must answer a charter.
    pub(super) async fn tell_invited(
        &self,
        tx: &Tx,
        row: &WorkspaceRow,
        (charter, awaited): (Digest, &[Digest]),
        actor: &Actor,
    ) -> Result<(), AppError> {
        let invited = workspaces::invited_by(tx, charter).await?;
        let to = invited.into_iter().filter(|i| awaited.contains(&i.certificate)).map(|i| i.member);
        let news = News::of(NoticeKind::Invited, row.id, &row.name).by(actor.user()).about(row.id);
        let news = if charter == row.id { news } else { news.ended("amended") };
        self.tell(tx, to, &news).await
    }

    /// The administrators of the charter in force, of a change that is proposed to them.
    pub(super) async fn tell_proposed(
        &self,
        tx: &Tx,
        row: &WorkspaceRow,
        actor: &Actor,
    ) -> Result<(), AppError> {
        let listed = workspaces::invited_by(tx, row.charter).await?;
        let administrators = listed.into_iter().filter(|i| i.administrator && !i.suspended).map(|i| i.member);
        let news = News::of(NoticeKind::Invited, row.id, &row.name).by(actor.user()).about(row.id);
        self.tell(tx, administrators, &news.ended("proposed")).await
    }

    /// The one who made the workspace, and its administrators, of an answer.
    pub(super) async fn tell_answered(
        &self,
        tx: &Tx,
        row: &WorkspaceRow,
        actor: &Actor,
        outcome: &'static str,
    ) -> Result<(), AppError> {
        let listed = workspaces::invited_by(tx, row.charter).await?;
        let administrators = listed.into_iter().filter(|i| i.administrator).map(|i| i.member);
        let news = News::of(NoticeKind::Answered, row.id, &row.name).by(actor.user()).about(row.id);
        self.tell(tx, administrators.chain([row.creator]), &news.ended(outcome)).await
    }

    /// Everyone in a workspace of what became of it; of a refused charter also those whom only that one lists.
    pub(super) async fn tell_all(
        &self,
        tx: &Tx,
        workspace: Digest,
        kind: NoticeKind,
        refused: Option<Digest>,
    ) -> Result<(), AppError> {
        let row = workspaces::by_id(tx, workspace).await?.ok_or(AppError::Absent("workspace"))?;
        let mut to = members(tx, workspace).await?;
        if let Some(charter) = refused {
            to.extend(workspaces::invited_by(tx, charter).await?.into_iter().map(|i| i.member));
        }
        self.tell(tx, to, &News::of(kind, workspace, &row.name).about(workspace)).await
    }

    /// Members of a new share.
    pub(super) async fn tell_shared(&self, tx: &Tx, share: &ShareRow, actor: &Actor) -> Result<(), AppError> {
        let news = News::of(NoticeKind::Shared, share.workspace, &share.sql_name);
        let news = news.by(actor.user()).about(share.dataset);
        self.tell(tx, members(tx, share.workspace).await?, &news).await
    }

    /// Members of a share that ended: one grant's, or all of a dataset that goes.
    pub(super) async fn tell_revoked(
        &self,
        tx: &Tx,
        dataset: DatasetId,
        grant: Option<Digest>,
    ) -> Result<(), AppError> {
        let owner = datasets::by_id(tx, dataset).await?.map(|row| row.owner);
        for share in datasets::shares_of(tx, dataset).await? {
            let ends = grant.is_none_or(|grant| grant == share.grant);
            if ends && share.state == "live" {
                let news = News::of(NoticeKind::Revoked, share.workspace, &share.sql_name);
                let news = news.by(owner).about(dataset);
                self.tell(tx, members(tx, share.workspace).await?, &news).await?;
            }
        }
        Ok(())
    }

    /// Those whose approval a submitted job still needs.
    pub(super) async fn tell_reviewers(
        &self,
        tx: &Tx,
        job: &JobRow,
        missing: &BTreeSet<Digest>,
        actor: &Actor,
    ) -> Result<(), AppError> {
        let mut to = Vec::new();
        for certificate in missing {
            to.extend(certificates::by_digest(tx, *certificate).await?.map(|row| row.owner));
        }
        let news = News::of(NoticeKind::ReviewAsked, job.workspace, &job.name);
        self.tell(tx, to, &news.by(actor.user()).about(job.id)).await
    }

    /// Author and maker of a job of its decision.
    pub(super) async fn tell_decided(
        &self,
        tx: &Tx,
        job: &JobRow,
        by: Option<UserId>,
        outcome: &'static str,
    ) -> Result<(), AppError> {
        let author = match job.spec {
            Some(spec) => statements::signer_of(tx, spec).await?,
            None => None,
        };
        let news = News::of(NoticeKind::Decided, job.workspace, &job.name).by(by).about(job.id);
        self.tell(tx, author.into_iter().chain([job.creator]), &news.ended(outcome)).await
    }

    /// Author and maker of a job of the rejection that the broker acknowledged.
    pub(super) async fn tell_rejected(
        &self,
        tx: &Tx,
        spec: Digest,
        review: &StoredStatement,
    ) -> Result<(), AppError> {
        let Some(job) = jobs::by_spec(tx as &dyn Query, spec).await? else { return Ok(()) };
        let by = statements::signer_of(tx, review.digest).await?;
        self.tell_decided(tx, &job, by, "rejected").await
    }

    /// Whoever asked for a run of its end.
    pub(super) async fn tell_finished(&self, tx: &Tx, run: &RunRow, state: RunState) -> Result<(), AppError> {
        let outcome = match state {
            RunState::Succeeded => "succeeded",
            RunState::Failed => "failed",
            RunState::Cancelled => "was cancelled",
            RunState::Queued | RunState::Running => return Ok(()),
        };
        let job = jobs::by_id(tx, run.job).await?.ok_or(AppError::Absent("job"))?;
        let news = News::of(NoticeKind::RunFinished, run.workspace, &job.name).about(run.id);
        self.tell(tx, [run.runner], &news.ended(outcome)).await
    }
}
