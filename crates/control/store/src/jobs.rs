//! Jobs: drafts, and which spec they stand for.

use cloister_authz::{
    Granted,
    actions::{CreateJob, EditJob, SubmitJob},
};
use cloister_model::{Digest, Email, JobId, JobName, Timestamp, UserId, states::JobState};

use crate::{Query, Row, StoreError, Tx, people::parsed, runs::COUNTS, statements::stamp_of};

/// A job.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// The job.
    pub id: JobId,
    /// Its workspace.
    pub workspace: Digest,
    /// Its name.
    pub name: JobName,
    /// Who made it.
    pub creator: UserId,
    /// The draft's JSON.
    pub draft: String,
    /// Its state.
    pub state: JobState,
    /// The spec submitted last.
    pub spec: Option<Digest>,
    /// When it was made.
    pub created: Timestamp,
    /// When the draft was deleted; the row stays for the sake of its signed history.
    pub deleted: Option<Timestamp>,
}

/// A job with what its page shows beside it, read in one statement: a database is asked once where it would be asked
/// four times, and all of it is of one moment.
#[derive(Clone, Debug)]
pub struct ShownJob {
    /// The job, deleted or not.
    pub job: JobRow,
    /// Its workspace's stamp, as [`crate::statements::stamp`] gives it.
    pub stamp: i64,
    /// Whose it is.
    pub creator: Email,
    /// Runs of its spec that count, as [`crate::runs::used`] gives them.
    pub used: u32,
}

const COLUMNS: &str = "j.id, j.workspace, j.name, j.creator, j.draft, j.state, j.spec, j.created, j.deleted";

/// The columns of jobs from `source`, which calls them `j`.
fn select(source: &str) -> String {
    format!("SELECT {COLUMNS} FROM jobs j {source}")
}

fn job(row: &Row) -> Result<JobRow, StoreError> {
    let spec: Option<String> = row.try_get("", "spec")?;
    let deleted: Option<i64> = row.try_get("", "deleted")?;
    Ok(JobRow {
        id: parsed(row, "id")?,
        workspace: parsed(row, "workspace")?,
        name: parsed(row, "name")?,
        creator: parsed(row, "creator")?,
        draft: row.try_get("", "draft")?,
        state: parsed(row, "state")?,
        spec: spec.map(|s| s.parse()).transpose().map_err(StoreError::corrupt)?,
        created: Timestamp::from_micros(row.try_get("", "created")?),
        deleted: deleted.map(Timestamp::from_micros),
    })
}

/// The job of this id, deleted or not.
pub async fn by_id(db: &dyn Query, id: JobId) -> Result<Option<JobRow>, StoreError> {
    let sql = select("WHERE j.id = $1");
    db.one(&sql, vec![id.to_string().into()]).await?.as_ref().map(job).transpose()
}

/// The job of this id with what its page shows.
pub async fn shown(db: &dyn Query, id: JobId) -> Result<Option<ShownJob>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, u.email, ({}) AS stamp, (SELECT COUNT(*) FROM runs r WHERE r.spec = j.spec AND {COUNTS}) AS used
         FROM jobs j JOIN users u ON u.id = j.creator WHERE j.id = $1",
        stamp_of("j.workspace")
    );
    let Some(row) = db.one(&sql, vec![id.to_string().into()]).await? else { return Ok(None) };
    Ok(Some(ShownJob {
        job: job(&row)?,
        stamp: row.try_get("", "stamp")?,
        creator: parsed(&row, "email")?,
        used: u32::try_from(row.try_get::<i64>("", "used")?).map_err(StoreError::corrupt)?,
    }))
}

/// The job that stands for a spec.
pub async fn by_spec(db: &dyn Query, spec: Digest) -> Result<Option<JobRow>, StoreError> {
    let sql = select("WHERE j.spec = $1");
    db.one(&sql, vec![spec.to_string().into()]).await?.as_ref().map(job).transpose()
}

/// A spec that a job stood for.
#[derive(Clone, Debug)]
pub struct JobSpec {
    /// The spec.
    pub spec: Digest,
    /// Its envelope's JSON.
    pub envelope: String,
    /// When it was submitted.
    pub submitted: Timestamp,
    /// Whether it was accepted, then or now.
    pub accepted: bool,
}

/// The specs a job stood for and stands for, the newest first, in pages that begin before a moment.
pub async fn specs_of(
    db: &dyn Query,
    job: JobId,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<JobSpec>, StoreError> {
    let sql = format!(
        "SELECT k.spec, s.envelope, k.submitted, k.accepted FROM job_specs k JOIN statements s ON s.digest = k.spec
         WHERE k.job = $1 AND k.submitted < $2 ORDER BY k.submitted DESC LIMIT {limit}"
    );
    let rows = db.all(&sql, vec![job.to_string().into(), before.micros().into()]).await?;
    let spec = |row: &Row| {
        Ok(JobSpec {
            spec: parsed(row, "spec")?,
            envelope: row.try_get("", "envelope")?,
            submitted: Timestamp::from_micros(row.try_get("", "submitted")?),
            accepted: row.try_get::<i64>("", "accepted")? != 0,
        })
    };
    rows.iter().map(spec).collect()
}

/// A workspace's jobs; by id.
pub async fn of_workspace(
    db: &dyn Query,
    workspace: Digest,
    after: &str,
    limit: u64,
) -> Result<Vec<JobRow>, StoreError> {
    let sql = select(&format!(
        "WHERE j.workspace = $1 AND j.deleted IS NULL AND j.id > $2 ORDER BY j.id LIMIT {limit}"
    ));
    db.all(&sql, vec![workspace.to_string().into(), after.into()]).await?.iter().map(job).collect()
}

/// Jobs of every workspace whose charter in force lists the user; by id.
pub async fn of_user(
    db: &dyn Query,
    user: UserId,
    after: &str,
    limit: u64,
) -> Result<Vec<JobRow>, StoreError> {
    let sql = select(&format!(
        "JOIN workspaces w ON w.id = j.workspace JOIN invitations i ON i.charter = w.charter
         WHERE i.member = $1 AND w.version > 0 AND j.deleted IS NULL AND j.id > $2 ORDER BY j.id LIMIT {limit}"
    ));
    db.all(&sql, vec![user.to_string().into(), after.into()]).await?.iter().map(job).collect()
}

impl Tx {
    /// Makes a job; its name is unique in the workspace.
    pub async fn add_job(&self, grant: &Granted<CreateJob>, row: &JobRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO jobs (id, workspace, name, creator, draft, state, spec, created)
             VALUES ($1, $2, $3, $4, $5, 'draft', NULL, $6)",
            vec![
                row.id.to_string().into(),
                grant.id().into(),
                row.name.as_str().into(),
                row.creator.to_string().into(),
                row.draft.clone().into(),
                row.created.micros().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Changes a draft; false when it is no longer the draft that was seen.
    pub async fn change_draft(
        &self,
        grant: &Granted<EditJob>,
        (seen_name, seen): (&str, &str),
        name: &JobName,
        draft: &str,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE jobs SET name = $1, draft = $2
                   WHERE id = $3 AND state = 'draft' AND deleted IS NULL AND name = $4 AND draft = $5";
        let values =
            vec![name.as_str().into(), draft.into(), grant.id().into(), seen_name.into(), seen.into()];
        Ok(self.exec(sql, values).await? == 1)
    }

    /// Deletes a draft; false when it is none. One that was submitted or tried goes from sight and gives up its name:
    /// its statements and runs still point at it.
    pub async fn delete_draft(
        &self,
        grant: &Granted<EditJob>,
        seen: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let fresh = "DELETE FROM jobs WHERE id = $1 AND state = 'draft' AND deleted IS NULL AND spec IS NULL
                     AND draft = $2 AND NOT EXISTS (SELECT 1 FROM runs WHERE job = $1)";
        if self.exec(fresh, vec![grant.id().into(), seen.into()]).await? == 1 {
            return Ok(true);
        }
        let sql = "UPDATE jobs SET deleted = $1, name = id
                   WHERE id = $2 AND state = 'draft' AND deleted IS NULL AND draft = $3";
        Ok(self.exec(sql, vec![now.micros().into(), grant.id().into(), seen.into()]).await? == 1)
    }

    /// The job stands for a signed spec now.
    pub async fn submit_job(
        &self,
        grant: &Granted<SubmitJob>,
        (spec, now): (Digest, Timestamp),
        to: JobState,
    ) -> Result<bool, StoreError> {
        let sql =
            "UPDATE jobs SET spec = $1, state = $2 WHERE id = $3 AND state = 'draft' AND deleted IS NULL";
        if self.exec(sql, vec![spec.to_string().into(), to.as_str().into(), grant.id().into()]).await? != 1 {
            return Ok(false);
        }
        let sql = "INSERT INTO job_specs (spec, job, submitted, accepted) VALUES ($1, $2, $3, 0)";
        self.exec(sql, vec![spec.to_string().into(), grant.id().into(), now.micros().into()]).await?;
        Ok(true)
    }

    /// The spec under review is accepted; false when the job is not under review.
    pub async fn accept_job(&self, id: JobId) -> Result<bool, StoreError> {
        if !self.move_job(id, JobState::UnderReview, JobState::Accepted).await? {
            return Ok(false);
        }
        let sql = "UPDATE job_specs SET accepted = 1 WHERE spec = (SELECT spec FROM jobs WHERE id = $1)";
        Ok(self.exec(sql, vec![id.to_string().into()]).await? == 1)
    }

    /// Moves a job from one state to another; false when it was not in that state.
    pub async fn move_job(&self, id: JobId, from: JobState, to: JobState) -> Result<bool, StoreError> {
        let values = vec![to.as_str().into(), id.to_string().into(), from.as_str().into()];
        Ok(self.exec("UPDATE jobs SET state = $1 WHERE id = $2 AND state = $3", values).await? == 1)
    }
}
