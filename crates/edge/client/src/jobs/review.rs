//! Reviews and withdrawals.

use cloister_api::{InForce, jobs::Job, people::StatementBody};
use cloister_model::ApprovalPolicy;
use cloister_statement::predicate::{Decision, Review, Withdrawal, WithdrawalTarget};

use super::HeldSpec;
use crate::{Client, ClientError, client::to_api, preview::Facts, workspaces::HeldWorkspace};

/// The longest comment, in characters.
const MAX_COMMENT: usize = 2000;

impl Client {
    /// Reviews exactly what will run. A rejection needs a comment and is done with the broker's acknowledgement only.
    pub async fn review_job(
        &self,
        job: &Job,
        decision: Decision,
        comment: Option<String>,
    ) -> Result<Job, ClientError> {
        check_comment(decision, comment.as_deref())?;
        let me = self.signatory().await?;
        let held = self.workspace_of(job).await?;
        let spec = self.hold_spec(job, &held).await?;
        let charter = held.in_force()?;
        if let ApprovalPolicy::AllMembers = charter.charter.approval
            && !charter.charter.members.contains(&me.person.digest)
        {
            return Err(ClientError::refused("membership", "the charter in force does not list you"));
        }
        let word = match decision {
            Decision::Approve => "approve",
            Decision::Reject => "reject",
        };
        let facts = self.spec_facts(&spec, &held).await?.fact("decision", word);
        let body = Review { spec: spec.digest, charter: charter.digest, decision, comment, expires: None };
        let statement = self.sign(&me, Some(held.genesis()), body, facts)?;
        let path = format!("/jobs/{}/reviews", job.id);
        let answer = self.api.post::<Job>(&path, &StatementBody { statement: to_api(&statement) }).await?;
        if answer.waiting { Err(ClientError::NotInForce(statement.digest())) } else { Ok(answer.value) }
    }

    /// Everything a reviewer signs for.
    pub async fn spec_facts(&self, spec: &HeldSpec, held: &HeldWorkspace) -> Result<Facts, ClientError> {
        let body = &spec.spec;
        let mut facts = Facts::new()
            .fact("job", &body.name)
            .fact("spec", spec.digest)
            .person("author", &spec.author)
            .fact("query", body.source.trim());
        for (name, manifest) in &body.tables {
            facts = facts.fact("table", format!("{name} = manifest {manifest}"));
        }
        for variable in &body.variables {
            facts = facts.fact("variable", serde_json::to_string(variable).unwrap_or_default());
        }
        for reader in &body.readers {
            let person = match held.person(reader) {
                Some(person) => person.clone(),
                None => self.person_of(reader).await?,
            };
            facts = facts.person("reader", &person);
        }
        facts = facts.fact("runs", body.max_runs);
        if let Some(until) = body.valid_until {
            facts = facts.fact("valid until", until);
        }
        Ok(facts)
    }

    /// Withdraws the spec of a job: every approval of it is void.
    pub async fn withdraw_job(&self, job: &Job) -> Result<InForce, ClientError> {
        let me = self.signatory().await?;
        let held = self.workspace_of(job).await?;
        let spec = self.hold_spec(job, &held).await?;
        let facts = Facts::new().fact("job", &spec.spec.name).fact("withdraws spec", spec.digest);
        let body = Withdrawal { target: WithdrawalTarget::Spec(spec.digest) };
        let statement = self.sign(&me, Some(held.genesis()), body, facts)?;
        self.restrict(&format!("/jobs/{}/withdrawals", job.id), &statement).await
    }
}

fn check_comment(decision: Decision, comment: Option<&str>) -> Result<(), ClientError> {
    let length = comment.map_or(0, |text| text.chars().count());
    if length > MAX_COMMENT {
        return Err(ClientError::Input(format!(
            "a comment has at most {MAX_COMMENT} characters, got {length}"
        )));
    }
    match decision {
        Decision::Reject if comment.is_none_or(|text| text.trim().is_empty()) => {
            Err(ClientError::Input("a rejection needs a comment".into()))
        }
        Decision::Reject | Decision::Approve => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_needs_a_comment_and_no_comment_is_endless() {
        assert!(check_comment(Decision::Approve, None).is_ok());
        assert!(check_comment(Decision::Reject, Some("why")).is_ok());
        assert!(check_comment(Decision::Reject, None).is_err());
        assert!(check_comment(Decision::Reject, Some("  ")).is_err());
        assert!(check_comment(Decision::Approve, Some(&"x".repeat(2001))).is_err());
    }
}
