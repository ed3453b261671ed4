//! Jobs: drafts, specs, reviews, run requests.

mod review;
mod submit;

use cloister_api::jobs::{Draft, Job};
use cloister_model::Digest;
use cloister_statement::predicate::Spec;
use reqwest::{Method, header};

use crate::{
    Client, ClientError,
    client::{from_api, open_certificate},
    error::malformed,
    people::Person,
    workspaces::HeldWorkspace,
};

/// A job's signed spec, verified.
#[derive(Clone, Debug)]
pub struct HeldSpec {
    /// Its digest.
    pub digest: Digest,
    /// Exactly what will run.
    pub spec: Spec,
    /// Who signed it.
    pub author: Person,
}

impl Client {
    /// Makes a draft.
    pub async fn create_job(&self, workspace: &str, draft: &Draft) -> Result<Job, ClientError> {
        let workspace = self.find_workspace(workspace).await?.id;
        Ok(self.api.post(&format!("/workspaces/{workspace}/jobs"), draft).await?.value)
    }

    /// Changes a draft. A job under review or accepted goes back to draft first, by a signed withdrawal that voids every
    /// approval. A draft that somebody else has changed after `job` was read is a conflict, and stays as it is.
    pub async fn update_job(&self, job: &Job, draft: &Draft) -> Result<Job, ClientError> {
        if matches!(job.state.as_str(), "under_review" | "accepted") {
            self.withdraw_job(job).await?;
        }
        let path = format!("/jobs/{}", job.id);
        let (found, tag) = self.api.get_tagged::<Job>(&path).await?;
        if found.draft != job.draft {
            return Err(ClientError::Conflict(format!("`{}` was changed by somebody else", job.draft.name)));
        }
        let request = self.api.request(Method::PUT, &path).header(header::IF_MATCH, tag).json(draft);
        Ok(self.api.ask(request).await?.value)
    }

    /// The workspace of a job, verified.
    pub async fn workspace_of(&self, job: &Job) -> Result<HeldWorkspace, ClientError> {
        self.hold(self.api.get(&format!("/workspaces/{}", job.workspace)).await?).await
    }

    /// The signed spec of a job, verified under its author's certificate.
    pub async fn hold_spec(&self, job: &Job, held: &HeldWorkspace) -> Result<HeldSpec, ClientError> {
        let envelope = job
            .spec
            .as_ref()
            .ok_or_else(|| ClientError::Conflict(format!("`{}` has not been submitted", job.draft.name)))?;
        let opened = from_api(envelope)?.open::<Spec>().map_err(|e| malformed("spec")(&e))?;
        let author = self.signer(opened.predicate().signer, held).await?;
        let verified = opened.verify(&author.certificate.signing_key).map_err(|e| malformed("spec")(&e))?;
        if verified.workspace() != Some(held.genesis()) || Some(verified.digest()) != job.spec_digest {
            return Err(ClientError::refused(
                "spec",
                "the spec shown is not the one of this job and workspace",
            ));
        }
        Ok(HeldSpec { digest: verified.digest(), spec: verified.body().clone(), author })
    }

    async fn signer(
        &self,
        signer: cloister_statement::Signer,
        held: &HeldWorkspace,
    ) -> Result<Person, ClientError> {
        let cloister_statement::Signer::Certificate(digest) = signer else {
            return Err(ClientError::refused("signature", "a member's statement is signed by a bare key"));
        };
        if let Some(person) = held.person(&digest) {
            return Ok(person.clone());
        }
        self.person_of(&digest).await
    }

    /// The person of a certificate digest.
    pub async fn person_of(&self, digest: &Digest) -> Result<Person, ClientError> {
        let info: cloister_api::people::CertificateInfo =
            self.api.get(&format!("/certificates/{digest}")).await?;
        let person = open_certificate(&from_api(&info.certificate)?, &self.broker_key().await?)?;
        if person.digest == *digest {
            Ok(person)
        } else {
            Err(ClientError::refused(
                "certificate",
                "the server showed another certificate than the one asked for",
            ))
        }
    }
}
