//! Transaction two: what the broker's acknowledgement of a statement moves.

use cloister_model::{Digest, Timestamp, ingest::RAW_OBJECT, notices::NoticeKind, states::JobState};
use cloister_statement::{
    Envelope, Kind,
    predicate::{
        Charter, DatasetDeletion, Decision, Manifest, Refusal, Review, Revocation, Suspension, Withdrawal,
        WithdrawalTarget,
    },
};
use cloister_store::{
    Query, Tx, datasets, jobs,
    statements::{StoredStatement, find},
    workspaces,
};

use super::{datasets::object_key, grounds::stored};
use crate::{App, AppError};

fn open<B: cloister_statement::Body>(envelope: &Envelope) -> Result<B, AppError> {
    Ok(envelope.open::<B>().map_err(AppError::internal)?.predicate().body.clone())
}

impl App {
    /// Moves the rows that a statement's acknowledgement moves.
    pub(crate) async fn work_acknowledged(
        &self,
        tx: &Tx,
        found: &StoredStatement,
        _now: Timestamp,
    ) -> Result<(), AppError> {
        let statement = stored(&found.envelope)?;
        let workspace =
            || found.workspace.ok_or(AppError::Internal("a statement without its workspace".into()));
        match statement.kind() {
            Kind::Charter => {
                let version = open::<Charter>(&statement)?.version;
                tx.charter_in_force(workspace()?, found.digest, version).await?;
                self.tell_all(tx, workspace()?, NoticeKind::WorkspaceActive, None).await
            }
            Kind::Refusal => {
                let charter = open::<Refusal>(&statement)?.charter;
                refusal_acknowledged(tx, workspace()?, charter).await?;
                self.tell_all(tx, workspace()?, NoticeKind::WorkspaceRejected, Some(charter)).await
            }
            Kind::Suspension => {
                Ok(tx.mark_suspended(workspace()?, open::<Suspension>(&statement)?.member).await?)
            }
            Kind::Archive => {
                if tx.move_workspace(workspace()?, "active", "archived").await? {
                    self.tell_all(tx, workspace()?, NoticeKind::WorkspaceArchived, None).await?;
                }
                Ok(())
            }
            Kind::Manifest => {
                let body = open::<Manifest>(&statement)?;
                tx.supersede(body.dataset, found.digest, body.sequence, &body.name).await?;
                self.raw_superseded(tx, &body).await
            }
            Kind::DatasetDeletion => {
                self.deletion_acknowledged(tx, &open::<DatasetDeletion>(&statement)?).await
            }
            Kind::Revocation => {
                let grant = open::<Revocation>(&statement)?.grant;
                if let Some(dataset) = datasets::granted(tx, grant).await? {
                    self.tell_revoked(tx, dataset, Some(grant)).await?;
                }
                Ok(tx.end_share(grant).await?)
            }
            Kind::Withdrawal => withdrawal_acknowledged(tx, open::<Withdrawal>(&statement)?.target).await,
            Kind::Review => {
                let review = open::<Review>(&statement)?;
                match review.decision {
                    Decision::Reject => {
                        move_job(tx, review.spec, &[JobState::UnderReview], JobState::Rejected).await?;
                        self.tell_rejected(tx, review.spec, found).await
                    }
                    Decision::Approve => Ok(()),
                }
            }
            Kind::Acceptance
            | Kind::Grant
            | Kind::Spec
            | Kind::RunRequest
            | Kind::ReleaseRecord
            | Kind::Receipt
            | Kind::Challenge
            | Kind::Acknowledgement
            | Kind::CertificateRequest
            | Kind::Vouch
            | Kind::Certificate
            | Kind::CertificateRevocation
            | Kind::Recovery => {
                Err(AppError::Internal("an acknowledgement of what restricts nothing here".into()))
            }
        }
    }

    /// A manifest of Parquet is in force: raw files of the versions before go, as no manifest names them any more.
    async fn raw_superseded(&self, tx: &Tx, manifest: &Manifest) -> Result<(), AppError> {
        if !manifest.format.is_parquet() {
            return Ok(());
        }
        for upload in datasets::uploads_of(tx, manifest.dataset).await? {
            if upload.name == RAW_OBJECT && upload.version < manifest.version {
                self.objects.delete(&object_key(manifest.dataset, upload.version, &upload.name)).await?;
                self.objects.drop_upload(upload.id).await?;
                tx.forget_upload(upload.id).await?;
            }
        }
        Ok(())
    }

    /// Ciphertext goes before the tombstone commits: cut in between, the job comes again.
    async fn deletion_acknowledged(&self, tx: &Tx, deletion: &DatasetDeletion) -> Result<(), AppError> {
        for upload in datasets::uploads_of(tx, deletion.dataset).await? {
            self.objects.delete(&object_key(deletion.dataset, upload.version, &upload.name)).await?;
            self.objects.drop_upload(upload.id).await?;
        }
        self.tell_revoked(tx, deletion.dataset, None).await?;
        Ok(tx.bury_dataset(deletion.dataset).await?)
    }
}

async fn refusal_acknowledged(tx: &Tx, workspace: Digest, charter: Digest) -> Result<(), AppError> {
    let row = workspaces::by_id(tx, workspace).await?.ok_or(AppError::Absent("workspace"))?;
    if charter == workspace {
        tx.move_workspace(workspace, "pending", "rejected").await?;
    } else if row.pending == Some(charter) {
        tx.set_pending_charter(workspace, None).await?;
    }
    Ok(())
}

async fn withdrawal_acknowledged(tx: &Tx, target: WithdrawalTarget) -> Result<(), AppError> {
    match target {
        WithdrawalTarget::Spec(spec) => {
            move_job(
                tx,
                spec,
                &[JobState::UnderReview, JobState::Accepted, JobState::Rejected],
                JobState::Draft,
            )
            .await
        }
        WithdrawalTarget::Review(review) => {
            let found = find(tx, review).await?.ok_or(AppError::Absent("review"))?;
            let body = open::<Review>(&stored(&found.envelope)?)?;
            // Whether the policy is still met is decided again at every run; a job that was decided is opened again.
            move_job(tx, body.spec, &[JobState::Accepted, JobState::Rejected], JobState::Draft).await
        }
    }
}

async fn move_job(tx: &Tx, spec: Digest, from: &[JobState], to: JobState) -> Result<(), AppError> {
    let Some(job) = jobs::by_spec(tx as &dyn Query, spec).await? else { return Ok(()) };
    if from.contains(&job.state) {
        let to = job.state.to(to).map_err(|e| AppError::State(e.to_string()))?;
        tx.move_job(job.id, job.state, to).await?;
    }
    Ok(())
}
