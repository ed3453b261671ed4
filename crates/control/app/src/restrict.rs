//! Restricting statements: transaction one stores the statement as `awaiting_broker` with its entry and a job; the job
//! pipes it; transaction two stores and logs the acknowledgement and moves the state. The request waits up to 5 s.

use cloister_authz::Actor;
use cloister_model::{Digest, Timestamp};
use cloister_statement::{Envelope, Signer};
use cloister_store::{
    EntryDraft, StoreError, Tx,
    queue::{NewJob, QueuedJob},
    statements::{self, Awaiting, NewStatement, StoredStatement},
};
use serde_json::{Value, json};

use crate::{App, AppError, PipeError, background::Outcome};

/// Kind of the background job.
pub(crate) const KIND: &str = "pipe_statement";
/// How long a request waits for the acknowledgement.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// A restricting statement on its way.
pub struct Restriction<'a> {
    /// The statement.
    pub statement: &'a Envelope,
    /// Certificates, charters, acceptances and the statements it ends.
    pub supporting: Vec<Value>,
    /// What moves the state in transaction two.
    pub on_ack: &'static str,
    /// The log's entry of the act.
    pub entry: EntryDraft,
}

/// How a restricting statement stands.
#[derive(Clone, Debug)]
pub enum Standing {
    /// In force: the broker's acknowledgement.
    InForce(Value),
    /// Not in force yet.
    Pending,
}

/// The row of a statement.
pub fn row_of(envelope: &Envelope, now: Timestamp) -> Result<NewStatement, AppError> {
    let header = envelope.header().map_err(|e| AppError::Invalid(e.to_string()))?;
    Ok(NewStatement {
        digest: envelope.digest(),
        kind: envelope.kind().as_str().into(),
        workspace: header.workspace,
        signer: match header.signer {
            Signer::Certificate(digest) => digest.to_string(),
            Signer::Key(key) => key.to_string(),
        },
        envelope: String::from_utf8(envelope.to_json()).map_err(AppError::internal)?,
        stored: now,
    })
}

/// The entry of an act by a signed statement.
pub fn entry_of(envelope: &Envelope, now: Timestamp, actor: &Actor, action: &str) -> EntryDraft {
    let draft = EntryDraft::done(now, actor, action).statement(envelope.digest());
    match envelope.header().ok().and_then(|header| header.workspace) {
        Some(workspace) => draft.workspace(workspace),
        None => draft,
    }
}

impl App {
    /// Transaction one, within `tx`: statement, entry, job. Sent twice, it is one.
    pub async fn restrict(&self, tx: &Tx, restriction: Restriction<'_>) -> Result<(), AppError> {
        let now = self.now();
        let row = row_of(restriction.statement, now)?;
        let supporting = Value::Array(restriction.supporting).to_string();
        let awaiting = Awaiting { on_ack: restriction.on_ack.into(), supporting };
        if tx.store_statement(&row, Some(&awaiting)).await? {
            tx.audit(restriction.entry).await?;
        } else if !tx.await_broker(row.digest, &awaiting).await? {
            return Ok(());
        }
        self.enqueue_pipe(tx, row.digest, now).await?;
        Ok(())
    }

    pub(crate) async fn enqueue_pipe(
        &self,
        tx: &Tx,
        digest: Digest,
        run_at: Timestamp,
    ) -> Result<(), StoreError> {
        let name = format!("{KIND}/{digest}");
        tx.enqueue(&NewJob { name, kind: KIND, payload: json!({ "statement": digest }), run_at }).await
    }

    /// Waits up to 5 s for the acknowledgement, after transaction one has committed.
    pub async fn standing(&self, digest: Digest) -> Result<Standing, AppError> {
        self.work.notify_one();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let found = statements::find(&self.store.read(), digest).await?;
            let found = found.ok_or(AppError::Absent("statement"))?;
            if let Some(acknowledgement) = found.acknowledgement {
                return Ok(Standing::InForce(
                    serde_json::from_str(&acknowledgement).map_err(AppError::internal)?,
                ));
            }
            if let Some(problem) = found.problem {
                let problem: Value = serde_json::from_str(&problem).map_err(AppError::internal)?;
                let text =
                    |key: &str| problem.get(key).and_then(Value::as_str).unwrap_or("broker").to_owned();
                return Err(AppError::Refused { check: text("check"), reason: text("reason") });
            }
            if tokio::time::Instant::now() >= deadline {
                return Ok(Standing::Pending);
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// The background job: pipes, then transaction two. Idempotent: the broker gives the same acknowledgement again.
    pub(crate) async fn pipe_statement(&self, job: &QueuedJob) -> Result<Outcome, AppError> {
        let digest = job.payload.get("statement").and_then(Value::as_str).unwrap_or_default();
        let Ok(digest) = digest.parse::<Digest>() else { return Ok(Outcome::Fail("no digest".into())) };
        let Some(found) = statements::find(&self.store.read(), digest).await? else {
            return Ok(Outcome::Fail("no such statement".into()));
        };
        if found.state != "awaiting_broker" {
            return Ok(Outcome::Done);
        }
        let statement: Value = serde_json::from_str(&found.envelope).map_err(AppError::internal)?;
        let supporting = found.supporting.as_deref().unwrap_or("[]");
        let supporting: Value = serde_json::from_str(supporting).map_err(AppError::internal)?;
        let body = json!({ "statement": statement, "supporting": supporting });
        match self.broker.post("/v1/statements", body).await {
            Ok(answer) => self.acknowledged(&found, &answer).await,
            Err(PipeError::Unavailable(why)) => Ok(Outcome::Retry(why)),
            Err(PipeError::Refused { check, reason } | PipeError::Conflict { check, reason }) => {
                self.rejected(&found, check, reason).await
            }
            Err(PipeError::Malformed(reason) | PipeError::Absent(reason)) => {
                self.rejected(&found, None, reason).await
            }
        }
    }

    async fn acknowledged(&self, found: &StoredStatement, answer: &Value) -> Result<Outcome, AppError> {
        let Some(acknowledgement) = answer.get("acknowledgement") else {
            return Ok(Outcome::Retry("the broker's answer has no acknowledgement".into()));
        };
        let text = acknowledgement.to_string();
        let envelope = match Envelope::parse(text.as_bytes()) {
            Ok(envelope) => envelope,
            Err(why) => return Ok(Outcome::Retry(why.to_string())),
        };
        let now = self.now();
        let tx = self.store.write().await?;
        if tx.acknowledge(found.digest, &text).await? {
            let row = row_of(&envelope, now)?;
            tx.store_statement(&NewStatement { workspace: found.workspace, ..row }, None).await?;
            self.apply(&tx, found, now).await?;
            let mut draft = EntryDraft::done(now, &Actor::HostOperator, "statement.acknowledged")
                .statement(envelope.digest())
                .target(found.digest);
            draft.entry.actor = "broker".into();
            let draft = match found.workspace {
                Some(workspace) => draft.workspace(workspace),
                None => draft,
            };
            tx.audit(draft).await?;
        }
        tx.commit().await?;
        Ok(Outcome::Done)
    }

    async fn apply(&self, tx: &Tx, found: &StoredStatement, now: Timestamp) -> Result<(), AppError> {
        match found.on_ack.as_deref() {
            None | Some("nothing") => Ok(()),
            Some(crate::work::ON_ACK) => self.work_acknowledged(tx, found, now).await,
            Some("certificate_revoked") => self.certificate_revoked(tx, found, now).await,
            Some(other) => Err(AppError::Internal(format!("no code for `{other}`"))),
        }
    }

    async fn rejected(
        &self,
        found: &StoredStatement,
        check: Option<String>,
        reason: String,
    ) -> Result<Outcome, AppError> {
        let check = check.unwrap_or("broker".into());
        let now = self.now();
        let tx = self.store.write().await?;
        let problem = json!({ "check": check, "reason": reason }).to_string();
        if tx.refuse_statement(found.digest, &problem).await? {
            let mut draft = EntryDraft::refused(now, &Actor::HostOperator, "statement.refused", &check)
                .target(found.digest);
            draft.entry.actor = "broker".into();
            tx.audit(draft).await?;
        }
        tx.commit().await?;
        Ok(Outcome::Done)
    }
}
