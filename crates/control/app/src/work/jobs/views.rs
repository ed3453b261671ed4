//! Jobs as shown.

use std::collections::BTreeSet;

use cloister_authz::{
    Actor, Resource,
    actions::{ListJobs, ReadJob},
};
use cloister_model::{ApprovalPolicy, Digest, Email, JobId, states::JobState};
use cloister_statement::{
    Verified,
    predicate::{Decision, Review, WithdrawalTarget},
};
use cloister_store::{
    jobs::{self, JobRow},
    people, runs,
};
use cloister_verify::{InForce, Marks};

use super::super::{
    Paging,
    grounds::{Grounds, wire},
    user,
};
use super::{JobView, ReviewView, live_shares};
use crate::{App, AppError};

impl App {
    /// A job.
    pub async fn show_job(&self, actor: &Actor, id: JobId) -> Result<JobView, AppError> {
        let (row, resource, _) = self.job_resource(actor, id).await?;
        self.permit(actor, ReadJob, &resource, "job").await?;
        self.job_view(row).await
    }

    /// A workspace's jobs.
    pub async fn workspace_jobs(
        &self,
        actor: &Actor,
        workspace: Digest,
        paging: &Paging,
    ) -> Result<Vec<JobView>, AppError> {
        self.in_workspace(actor, workspace).await?;
        let rows = jobs::of_workspace(&self.store.read(), workspace, &paging.after, paging.limit).await?;
        self.job_views(rows).await
    }

    /// Jobs over all the caller's workspaces.
    pub async fn list_jobs(&self, actor: &Actor, paging: &Paging) -> Result<Vec<JobView>, AppError> {
        self.permit(actor, ListJobs, &Resource::deployment(), "job").await?;
        let rows = jobs::of_user(&self.store.read(), user(actor)?, &paging.after, paging.limit).await?;
        self.job_views(rows).await
    }

    pub(super) async fn job_views(&self, rows: Vec<JobRow>) -> Result<Vec<JobView>, AppError> {
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            views.push(self.job_view(row).await?);
        }
        Ok(views)
    }

    pub(super) async fn job_view(&self, row: JobRow) -> Result<JobView, AppError> {
        let db = self.store.read();
        let creator = people::user_by_id(&db, row.creator).await?.ok_or(AppError::Absent("user"))?.email;
        let tables =
            live_shares(&db, row.workspace).await?.into_iter().map(|s| (s.sql_name, s.manifest)).collect();
        let mut view = JobView {
            creator,
            spec: None,
            reviews: Vec::new(),
            awaiting: BTreeSet::new(),
            runs_used: 0,
            tables,
            row,
        };
        let Some(digest) = view.row.spec else { return Ok(view) };
        let grounds = Grounds::of(&db, Some(view.row.workspace), &[]).await?;
        view.spec = grounds.envelopes.get(&digest).map(wire);
        view.runs_used = runs::used(&db, digest).await?;
        let force = grounds.in_force(view.row.workspace)?;
        let mut approvers = BTreeSet::new();
        approvers.extend(grounds.dossier.specs().get(&digest).and_then(Verified::certificate));
        for review in grounds.dossier.reviews().values().filter(|r| r.body().spec == digest) {
            let Some(certificate) = review.certificate() else { continue };
            let counts = self.counts(review, certificate, &force, &grounds);
            if counts && review.body().decision == Decision::Approve {
                approvers.insert(certificate);
            }
            view.reviews.push(ReviewView {
                reviewer: email_of(&grounds, &certificate)?,
                review: review.body().clone(),
                statement: grounds.envelopes.get(&review.digest()).map(wire).unwrap_or_default(),
                digest: review.digest(),
                at: review.issued_at(),
                counts,
            });
        }
        if view.row.state == JobState::UnderReview {
            for missing in missing(&force, &approvers) {
                view.awaiting.insert(email_of(&grounds, &missing)?);
            }
        }
        Ok(view)
    }

    pub(super) fn counts(
        &self,
        review: &Verified<Review>,
        certificate: Digest,
        force: &InForce,
        grounds: &Grounds,
    ) -> bool {
        let member = cloister_verify::certificates::member(
            &certificate,
            force,
            &grounds.dossier,
            &Marks::default(),
            self.now(),
        );
        let withdrawn = grounds.dossier.withdrawals().values().any(|w| {
            w.body().target == WithdrawalTarget::Review(review.digest())
                && w.certificate() == Some(certificate)
        });
        member.is_ok() && !withdrawn && review.body().expires.is_none_or(|end| self.now() < end)
    }
}

pub(super) fn email_of(grounds: &Grounds, certificate: &Digest) -> Result<Email, AppError> {
    let found = grounds.dossier.certificates().get(certificate);
    Ok(found.ok_or(AppError::Internal("a certificate is missing".into()))?.body().email.clone())
}

/// Who must still approve: everyone, or members of groups below their threshold.
pub(super) fn missing(force: &InForce, approvers: &BTreeSet<Digest>) -> BTreeSet<Digest> {
    match &force.charter().approval {
        ApprovalPolicy::AllMembers => force.charter().members.difference(approvers).copied().collect(),
        ApprovalPolicy::Groups { groups } => groups
            .iter()
            .filter(|g| g.members.intersection(approvers).count() < g.threshold as usize)
            .flat_map(|g| g.members.difference(approvers).copied())
            .collect(),
    }
}
