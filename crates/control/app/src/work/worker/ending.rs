//! What a worker hands over, and the end of a run.

use bytes::Bytes;
use cloister_authz::Actor;
use cloister_model::{
    Digest, RunId,
    states::{RunKind, RunState},
};
use cloister_statement::{
    Kind as StatementKind,
    predicate::{Receipt, ReleaseRecord},
};
use cloister_store::{
    EntryDraft,
    runs::{self, Ending, OutputRow, RunRow},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::{grounds::envelope, runs::output_key};
use super::{Finish, MAX_OUTPUT, lost, word};
use crate::{App, AppError, PipeError, restrict::row_of};

impl App {
    /// Takes a sealed output.
    pub async fn put_output(
        &self,
        actor: &Actor,
        (id, fence): (RunId, i64),
        name: &str,
        bytes: Bytes,
    ) -> Result<(), AppError> {
        let (_, granted) = self.held(actor, id, fence).await?;
        if !matches!(name, "result" | "log") || bytes.len() > MAX_OUTPUT {
            return Err(AppError::Invalid("an output is `result` or `log`, of at most 512 MiB".into()));
        }
        let (size, sha256) = (bytes.len() as u64, Digest(Sha256::digest(&bytes).into()));
        self.objects.put(&output_key(id, fence, name), bytes).await?;
        let tx = self.store.write().await?;
        let row = runs::by_id(&tx, id).await?.ok_or(AppError::Absent("run"))?;
        if row.fence != fence || row.state != RunState::Running {
            return Err(lost());
        }
        tx.put_output(&granted, &OutputRow { name: name.into(), fence, size, sha256 }).await?;
        Ok(tx.commit().await?)
    }

    /// Ends a run under its fence, once. The same report again gets the same answer.
    pub async fn finish_run(
        &self,
        actor: &Actor,
        (id, fence): (RunId, i64),
        finish: &Finish,
    ) -> Result<(), AppError> {
        self.working(actor, id.to_string()).await?;
        let report = finish.report.to_string();
        let row = runs::by_id(&self.store.read(), id).await?.ok_or(AppError::Absent("run"))?;
        if row.fence == fence && row.finish.as_deref() == Some(&report) {
            return Ok(());
        }
        if row.fence != fence || row.state != RunState::Running {
            return Err(lost());
        }
        self.conclude(&row, &actor.log_name(), finish).await
    }

    /// The end of a run, once, under the fence of its row.
    async fn conclude(&self, row: &RunRow, by: &str, finish: &Finish) -> Result<(), AppError> {
        let outcome = word(&finish.outcome)?;
        let check = finish.check.as_deref().map(word).transpose()?;
        let receipt = self.receipt_of(row, finish).await?;
        let (state, code) = match outcome {
            "succeeded" if receipt.is_some() || row.kind == RunKind::Test => (RunState::Succeeded, None),
            "succeeded" => return Err(AppError::Unprocessable("a run that succeeded has a receipt".into())),
            "cancelled" => (RunState::Cancelled, None),
            code => (RunState::Failed, Some(code.to_owned())),
        };
        let ending = Ending {
            state: row.state.to(state).map_err(|e| AppError::State(e.to_string()))?,
            code,
            check: check.map(Into::into),
            receipt: receipt
                .as_ref()
                .map(|r| String::from_utf8(r.to_json()))
                .transpose()
                .map_err(AppError::internal)?,
            report: finish.report.to_string(),
        };
        let now = self.now();
        let tx = self.store.write().await?;
        if !tx.finish_run(row.id, row.fence, &ending, now).await? {
            return Err(lost());
        }
        let mut entry = match check {
            Some(check) => EntryDraft::refused(now, &Actor::Worker, "run.finish", check),
            None => EntryDraft::done(now, &Actor::Worker, "run.finish"),
        };
        by.clone_into(&mut entry.entry.actor);
        entry = entry.target(row.id).workspace(row.workspace).fact("outcome", outcome);
        if let Some(receipt) = &receipt {
            tx.store_statement(&row_of(receipt, now)?, None).await?;
            entry = entry.statement(receipt.digest());
        }
        tx.audit(entry).await?;
        self.tell_finished(&tx, row, state).await?;
        tx.commit().await?;
        self.forget_parts(row).await;
        if receipt.is_some()
            && let Err(error) = self.broker_evidence(row.id).await
        {
            // The bundle asks again when it is wanted.
            tracing::warn!(%error, "the broker's evidence for a bundle");
        }
        Ok(())
    }

    /// Ends a run that its worker closed at the broker before it died or lost the server for good: the broker kept the
    /// receipt, and the outputs it names are stored. False when it was not closed.
    pub(super) async fn closed_at_broker(&self, row: &RunRow) -> Result<bool, AppError> {
        let lapsed = row.state == RunState::Running && row.kind == RunKind::Real;
        if !lapsed || runs::releases(&self.store.read(), row.id).await?.is_empty() {
            return Ok(false);
        }
        let kept = match self.broker.get(&format!("/v1/runs/{}/receipt", row.id)).await {
            Ok(kept) => kept["receipt"].clone(),
            Err(PipeError::Absent(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let receipt = envelope(&kept)?;
        let body = receipt.open::<Receipt>().map_err(AppError::internal)?.predicate().body.clone();
        let finish = Finish {
            outcome: body.outcome,
            check: None,
            outputs: body.outputs.into_iter().map(|o| (o.name, o.size, o.sha256)).collect(),
            report: json!({ "receipt": receipt.digest() }),
            receipt: Some(kept),
        };
        match self.conclude(row, "server", &finish).await {
            Ok(()) => Ok(true),
            Err(AppError::Unprocessable(why) | AppError::Invalid(why)) => {
                tracing::error!(run = %row.id, why, "the receipt that the broker kept is not of this lease");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// The receipt must be of this run, rest on its release record and name the outputs that were put.
    pub(super) async fn receipt_of(
        &self,
        row: &RunRow,
        finish: &Finish,
    ) -> Result<Option<cloister_statement::Envelope>, AppError> {
        let put = runs::outputs(&self.store.read(), row.id).await?;
        for (name, size, sha256) in &finish.outputs {
            if !put
                .iter()
                .any(|o| o.fence == row.fence && o.name == *name && o.size == *size && o.sha256 == *sha256)
            {
                return Err(AppError::Unprocessable(format!(
                    "the output `{name}` was not put with that size and digest"
                )));
            }
        }
        let Some(receipt) = &finish.receipt else { return Ok(None) };
        let receipt = envelope(receipt)?;
        if receipt.kind() != StatementKind::Receipt {
            return Err(AppError::Invalid("a receipt was expected".into()));
        }
        let opened = receipt.open::<Receipt>().map_err(|e| AppError::Invalid(e.to_string()))?;
        let key = opened.predicate().body.worker;
        let verified = opened.verify(&key).map_err(|e| AppError::Invalid(e.to_string()))?;
        let body = verified.body();
        let mut ours = false;
        for release in runs::releases(&self.store.read(), row.id).await? {
            let record = super::super::grounds::stored(&release.record)?
                .open::<ReleaseRecord>()
                .map_err(AppError::internal)?;
            ours |= release.digest == body.release && record.predicate().body.worker == key;
        }
        let named = finish.outputs.iter().all(|(name, size, sha256)| {
            body.outputs.iter().any(|o| o.name == *name && o.size == *size && o.sha256 == *sha256)
        });
        let fits = body.run == row.id && body.outcome == finish.outcome && ours && named;
        if fits && body.outputs.len() == finish.outputs.len() {
            Ok(Some(receipt))
        } else {
            Err(AppError::Unprocessable("the receipt is not of this run, its release and its outputs".into()))
        }
    }

    /// The broker proves itself to a fresh nonce; kept with the run.
    pub(crate) async fn broker_evidence(&self, id: RunId) -> Result<Value, AppError> {
        let nonce = Digest(self.random::<32>());
        let answer = self.broker.post("/v1/evidence", json!({ "nonce": nonce })).await?;
        let tx = self.store.write().await?;
        tx.keep_broker_evidence(id, &answer.to_string()).await?;
        tx.commit().await?;
        Ok(answer)
    }
}
