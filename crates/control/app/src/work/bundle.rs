//! The bundle of a run, put together from what is stored. The verifier believes none of it.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_audit::Included;
use cloister_authz::Actor;
use cloister_model::{Digest, RunId};
use cloister_statement::{
    Envelope, Kind,
    bundle::{BrokerEvidence, Bundle, CharterDoc, InclusionDoc},
    predicate::{Acceptance, Charter, Receipt, ReleaseRecord},
};
use cloister_store::{EntryDraft, log::Filter, runs};
use serde_json::Value;

use super::grounds::{Grounds, stored};
use crate::{App, AppError};

fn inclusion(included: &Included) -> Result<InclusionDoc, AppError> {
    let entry = STANDARD.decode(&included.entry).map_err(AppError::internal)?;
    Ok(InclusionDoc {
        entry: entry.into(),
        index: included.proof.index,
        size: included.proof.size,
        hashes: included.proof.hashes.iter().copied().map(Digest).collect(),
        checkpoint: included.checkpoint.clone(),
    })
}

fn bytes(value: &Value, field: &str) -> Result<Vec<u8>, AppError> {
    let text = value.get(field).and_then(Value::as_str).unwrap_or_default();
    STANDARD.decode(text).map_err(AppError::internal)
}

/// The charters that are or were in force: one that was refused or still waits says nothing of a run, and without its
/// refusal would look like a fork.
fn charters(grounds: &Grounds, workspace: Digest) -> Vec<CharterDoc> {
    let force = grounds.in_force(workspace).ok();
    let kept = |digest: &Digest| force.as_ref().is_none_or(|f| f.version_of(digest).is_some());
    let mut charters: Vec<(u64, &Envelope)> = grounds
        .envelopes
        .values()
        .filter_map(|e| Some((e.open::<Charter>().ok()?.predicate().body.version, e)))
        .filter(|(_, e)| kept(&e.digest()))
        .collect();
    charters.sort_by_key(|(version, envelope)| (*version, envelope.digest()));
    let about = |e: &Envelope, charter: Digest| {
        e.open::<Acceptance>().is_ok_and(|a| a.predicate().body.charter == charter)
    };
    charters
        .into_iter()
        .map(|(_, charter)| CharterDoc {
            charter: charter.clone(),
            acceptances: grounds.envelopes.values().filter(|e| about(e, charter.digest())).cloned().collect(),
        })
        .collect()
}

impl App {
    /// Assembles the bundle of a run that has a receipt: its exact bytes.
    pub async fn run_bundle(&self, actor: &Actor, id: RunId) -> Result<Vec<u8>, AppError> {
        let row = self.visible_run(actor, id).await?;
        let receipt = row.receipt.as_deref().ok_or(AppError::State("the run has no receipt".into()))?;
        let receipt = stored(receipt)?;
        let body = receipt.open::<Receipt>().map_err(AppError::internal)?.predicate().body.clone();
        let releases = runs::releases(&self.store.read(), id).await?;
        let used =
            releases.iter().find(|r| r.digest == body.release).ok_or(AppError::Absent("release record"))?;
        let record = stored(&used.record)?;
        let named =
            record.open::<ReleaseRecord>().map_err(AppError::internal)?.predicate().body.statements.clone();
        let grounds = self.run_grounds(&row).await?;
        let evidence = match &row.broker_evidence {
            Some(text) => serde_json::from_str(text).map_err(AppError::internal)?,
            None => self.broker_evidence(id).await?,
        };
        let nonce = evidence.get("nonce").and_then(Value::as_str).unwrap_or_default();
        let broker = BrokerEvidence {
            nonce: nonce.parse().map_err(AppError::internal)?,
            evidence: bytes(&evidence, "evidence")?.into(),
            configuration: bytes(&evidence, "configuration")?.into(),
        };
        let of = |kind: Kind| {
            grounds.envelopes.values().filter(move |e| e.kind() == kind).cloned().collect::<Vec<_>>()
        };
        let used_of =
            |kind: Kind| of(kind).into_iter().filter(|e| named.contains(&e.digest())).collect::<Vec<_>>();
        let missing = || AppError::Internal("a statement of the run is missing".into());
        let request = row.request.and_then(|r| grounds.envelopes.get(&r)).ok_or_else(missing)?;
        let mut bundle = Bundle {
            format: Bundle::FORMAT,
            genesis: row.workspace,
            certificates: of(Kind::Certificate),
            revoked_certificates: of(Kind::CertificateRevocation),
            charters: charters(&grounds, row.workspace),
            suspensions: of(Kind::Suspension),
            manifests: used_of(Kind::Manifest),
            grants: used_of(Kind::Grant),
            spec: grounds.envelopes.get(&row.spec).cloned().ok_or_else(missing)?,
            reviews: of(Kind::Review),
            withdrawals: of(Kind::Withdrawal),
            request: request.clone(),
            challenge: stored(&used.challenge)?,
            transcript: STANDARD.decode(&used.transcript).map_err(AppError::internal)?.into(),
            evidence: STANDARD.decode(&used.evidence).map_err(AppError::internal)?.into(),
            broker,
            releases: releases.iter().map(|r| stored(&r.record)).collect::<Result<_, _>>()?,
            results: body.outputs.clone(),
            inclusions: self.inclusions(&releases, receipt.digest(), row.workspace).await?,
            receipt,
            acknowledgements: Vec::new(),
        };
        bundle.acknowledgements = acknowledgements(&grounds, &bundle);
        let tx = self.store.write().await?;
        tx.audit(EntryDraft::done(self.now(), actor, "run.bundle").target(id).workspace(row.workspace))
            .await?;
        tx.commit().await?;
        bundle.encode().map_err(AppError::internal)
    }

    async fn inclusions(
        &self,
        releases: &[runs::ReleaseRow],
        receipt: Digest,
        workspace: Digest,
    ) -> Result<Vec<InclusionDoc>, AppError> {
        let mut inclusions = Vec::new();
        for release in releases {
            inclusions.push(inclusion(&self.log.wait_for(release.entry).await?)?);
        }
        let filter = Filter {
            workspace: Some(workspace.to_string()),
            action: Some("run.finish".into()),
            ..Filter::default()
        };
        for entry in self.store.read().find_entries(&filter, 10_000).await? {
            let decoded = cloister_audit::Entry::decode(&entry.encoded).map_err(AppError::internal)?;
            if decoded.statement == Some(receipt.to_string()) {
                inclusions.push(inclusion(&self.log.wait_for(entry.id).await?)?);
                break;
            }
        }
        Ok(inclusions)
    }
}

/// Acknowledgements of statements that stand in the bundle.
fn acknowledgements(grounds: &Grounds, bundle: &Bundle) -> Vec<Envelope> {
    let restricting = [
        &bundle.revoked_certificates,
        &bundle.suspensions,
        &bundle.manifests,
        &bundle.reviews,
        &bundle.withdrawals,
    ];
    let there: BTreeSet<Digest> = restricting
        .into_iter()
        .flatten()
        .chain(bundle.charters.iter().map(|doc| &doc.charter))
        .map(Envelope::digest)
        .collect();
    let about = |e: &&Envelope| {
        e.open::<cloister_statement::predicate::Acknowledgement>()
            .is_ok_and(|a| there.contains(&a.predicate().body.statement))
    };
    grounds.acknowledgements.iter().filter(about).cloned().collect()
}
