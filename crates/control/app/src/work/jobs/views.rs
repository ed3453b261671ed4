//! Jobs as shown.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cloister_authz::{
    Actor, Resource,
    actions::{ListJobs, ReadJob},
};
use cloister_model::{ApprovalPolicy, Digest, Email, JobId, SqlName, Timestamp, UserId, states::JobState};
use cloister_statement::{
    Verified,
    predicate::{Decision, Review, WithdrawalTarget},
};
use cloister_store::{
    jobs::{self, JobRow, JobSpec},
    people, runs,
};
use cloister_verify::{InForce, Marks};

use super::super::{
    Paging,
    grounds::{Grounds, wire},
    room::Room,
    user,
};
use super::{JobView, ReviewView};
use crate::{App, AppError};

/// What the jobs of one workspace share: verified and read once for all of them.
struct Shelf<'a> {
    room: Arc<Room>,
    force: InForce,
    /// Reviews by spec.
    reviews: BTreeMap<Digest, Vec<Digest>>,
    /// SQL names and manifests shared now.
    tables: BTreeMap<SqlName, Digest>,
    /// Runs counted, by spec.
    used: &'a BTreeMap<Digest, u32>,
}

impl<'a> Shelf<'a> {
    fn new(room: Arc<Room>, used: &'a BTreeMap<Digest, u32>) -> Result<Self, AppError> {
        let mut reviews: BTreeMap<Digest, Vec<Digest>> = BTreeMap::new();
        for (digest, review) in room.grounds.dossier.reviews() {
            reviews.entry(review.body().spec).or_default().push(*digest);
        }
        let tables = room.shares.iter().map(|share| (share.sql_name.clone(), share.manifest)).collect();
        Ok(Self { force: room.in_force()?, reviews, tables, used, room })
    }
}

impl App {
    /// A job.
    pub async fn show_job(&self, actor: &Actor, id: JobId) -> Result<JobView, AppError> {
        user(actor)?;
        let found = jobs::shown(&self.store.read(), id).await?;
        let found = found.filter(|found| found.job.deleted.is_none()).ok_or(AppError::Absent("job"))?;
        let room = self.room_at(found.job.workspace, found.stamp).await?;
        let resource = self.job_relations(actor, &found.job, &room).await?;
        self.permit(actor, ReadJob, &resource, "job").await?;
        let used = found.job.spec.map(|spec| (spec, found.used)).into_iter().collect();
        self.view_on(&Shelf::new(room, &used)?, found.job, found.creator)
    }

    /// The specs a job stood for and stands for, the newest first.
    pub async fn job_specs(
        &self,
        actor: &Actor,
        id: JobId,
        paging: &Paging,
    ) -> Result<Vec<JobSpec>, AppError> {
        let (_, resource, _) = self.job_resource(actor, id).await?;
        self.permit(actor, ReadJob, &resource, "job").await?;
        let before = Timestamp::from_micros(paging.before()?);
        Ok(jobs::specs_of(&self.store.read(), id, before, paging.limit).await?)
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
        let db = self.store.read();
        let workspaces: BTreeSet<Digest> = rows.iter().map(|row| row.workspace).collect();
        let specs: Vec<Digest> = rows.iter().filter_map(|row| row.spec).collect();
        let creators: BTreeSet<UserId> = rows.iter().map(|row| row.creator).collect();
        let used = runs::used_by(&db, &specs).await?;
        let creators = people::emails(&db, &creators.into_iter().collect::<Vec<_>>()).await?;
        let mut shelves = BTreeMap::new();
        for (workspace, room) in self.rooms(&workspaces.into_iter().collect::<Vec<_>>()).await? {
            shelves.insert(workspace, Shelf::new(room, &used)?);
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
        self.job_views(vec![row]).await?.pop().ok_or(AppError::Absent("job"))
    }

    /// A job with what its workspace's jobs share.
    fn view_on(&self, shelf: &Shelf<'_>, row: JobRow, creator: Email) -> Result<JobView, AppError> {
        let Shelf { room, force, reviews, tables, used } = shelf;
        let grounds = &room.grounds;
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
