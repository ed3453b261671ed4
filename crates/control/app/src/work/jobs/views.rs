//! Jobs as shown.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};

use cloister_authz::{
    Actor, Resource,
    actions::{ListJobs, ReadJob},
};
use cloister_model::{ApprovalPolicy, Digest, Email, JobId, SqlName, UserId, states::JobState};
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

/// What the jobs of one workspace share: verified and read once for all of them.
struct Shelf {
    grounds: Arc<Grounds>,
    force: InForce,
    /// Reviews by spec.
    reviews: BTreeMap<Digest, Vec<Digest>>,
    /// SQL names and manifests shared now.
    tables: BTreeMap<SqlName, Digest>,
    /// Runs counted, by spec.
    used: BTreeMap<Digest, u32>,
}

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
        let mut shelves: BTreeMap<Digest, Shelf> = BTreeMap::new();
        let mut creators: BTreeMap<UserId, Email> = BTreeMap::new();
        let db = self.store.read();
        for row in &rows {
            if let Entry::Vacant(place) = shelves.entry(row.workspace) {
                let used = runs::used_in(&db, row.workspace).await?;
                place.insert(self.shelf(row.workspace, used).await?);
            }
            if let Entry::Vacant(place) = creators.entry(row.creator) {
                place.insert(self.email_of_user(row.creator).await?);
            }
        }
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let shelf = shelves.get(&row.workspace).ok_or(AppError::Absent("workspace"))?;
            let creator = creators.get(&row.creator).ok_or(AppError::Absent("user"))?.clone();
            views.push(self.view_on(shelf, row, creator)?);
        }
        Ok(views)
    }

    pub(super) async fn job_view(&self, row: JobRow) -> Result<JobView, AppError> {
        let used = match row.spec {
            Some(spec) => BTreeMap::from([(spec, runs::used(&self.store.read(), spec).await?)]),
            None => BTreeMap::new(),
        };
        let shelf = self.shelf(row.workspace, used).await?;
        let creator = self.email_of_user(row.creator).await?;
        self.view_on(&shelf, row, creator)
    }

    pub(crate) async fn email_of_user(&self, id: UserId) -> Result<Email, AppError> {
        Ok(people::user_by_id(&self.store.read(), id).await?.ok_or(AppError::Absent("user"))?.email)
    }

    async fn shelf(&self, workspace: Digest, used: BTreeMap<Digest, u32>) -> Result<Shelf, AppError> {
        let tables = live_shares(&self.store.read(), workspace).await?;
        let tables = tables.into_iter().map(|s| (s.sql_name, s.manifest)).collect();
        let grounds = self.grounds(workspace).await?;
        let mut reviews: BTreeMap<Digest, Vec<Digest>> = BTreeMap::new();
        for (digest, review) in grounds.dossier.reviews() {
            reviews.entry(review.body().spec).or_default().push(*digest);
        }
        Ok(Shelf { force: grounds.in_force(workspace)?, reviews, tables, used, grounds })
    }

    /// A job with what its workspace's jobs share.
    fn view_on(&self, shelf: &Shelf, row: JobRow, creator: Email) -> Result<JobView, AppError> {
        let Shelf { grounds, force, reviews, tables, used } = shelf;
        let mut view = JobView {
            creator,
            spec: None,
            reviews: Vec::new(),
            awaiting: BTreeSet::new(),
            runs_used: 0,
            tables: tables.clone(),
            row,
        };
        let Some(digest) = view.row.spec else { return Ok(view) };
        view.spec = grounds.envelopes.get(&digest).map(wire);
        view.runs_used = used.get(&digest).copied().unwrap_or_default();
        let mut approvers = BTreeSet::new();
        approvers.extend(grounds.dossier.specs().get(&digest).and_then(Verified::certificate));
        let about = reviews.get(&digest).into_iter().flatten();
        for review in about.filter_map(|digest| grounds.dossier.reviews().get(digest)) {
            let Some(certificate) = review.certificate() else { continue };
            let counts = self.counts(review, certificate, force, grounds);
            if counts && review.body().decision == Decision::Approve {
                approvers.insert(certificate);
            }
            view.reviews.push(ReviewView {
                reviewer: email_of(grounds, &certificate)?,
                review: review.body().clone(),
                statement: grounds.envelopes.get(&review.digest()).map(wire).unwrap_or_default(),
                digest: review.digest(),
                at: review.issued_at(),
                counts,
            });
        }
        if view.row.state == JobState::UnderReview {
            for missing in missing(force, &approvers) {
                view.awaiting.insert(email_of(grounds, &missing)?);
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

pub(crate) fn email_of(grounds: &Grounds, certificate: &Digest) -> Result<Email, AppError> {
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
