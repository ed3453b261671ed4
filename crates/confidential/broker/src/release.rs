//! Evidence in, release record out: the session is consumed, every check made, the run reserved, the record signed.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_api::broker::{Proof, Released};
use cloister_attest::{Evidence, TeeKind};
use cloister_model::{Digest, Timestamp};
use cloister_statement::{
    Envelope, Kind, Predicate, Signer,
    data_key::key_id,
    predicate::{ReleaseRecord, Tee},
    seal::{Sealed, unwrap_data_key},
    sign,
    transcript::environment_of,
};
use cloister_verify::{
    Check, Dossier, Refused,
    acts::Effect,
    exchange::{Appraiser, Session, Worker},
    run::{Cleared, Facts, check},
};
use zeroize::Zeroizing;

use crate::{
    Broker, BrokerError, Result,
    people::{envelopes, wire},
    sessions::{Judging, Open, Waiting},
    state::{RunRow, Tx},
};

type DataKeys = BTreeMap<Digest, Zeroizing<[u8; 32]>>;

/// What a worker brought, decoded.
struct Brought {
    worker: Worker,
    statements: Vec<Envelope>,
    sealed: BTreeMap<Digest, Sealed>,
    environment: Digest,
}

impl Brought {
    fn decode(proof: &Proof) -> Result<Self> {
        let evidence = BASE64_STANDARD.decode(&proof.evidence).map_err(BrokerError::malformed)?;
        let evidence = Evidence::from_bytes(&evidence).map_err(BrokerError::malformed)?;
        let sealed = proof.sealed_keys.iter().map(|(manifest, sealed)| {
            serde_json::from_value(sealed.clone())
                .map(|sealed| (*manifest, sealed))
                .map_err(BrokerError::malformed)
        });
        Ok(Self {
            worker: Worker { signing_key: proof.signing_key, sealing_key: proof.sealing_key, evidence },
            statements: envelopes(&proof.statements)?,
            sealed: sealed.collect::<Result<_>>()?,
            environment: proof.environment,
        })
    }
}

impl Broker {
    /// Answers a worker's proof with a release record. The session is used up whatever comes of it.
    pub fn release(&self, session: Digest, proof: &Proof) -> Result<Released> {
        self.serving()?;
        let (open, _judging) = self.consume(session)?;
        let brought = Brought::decode(proof)?;
        same_tee(open.tee, brought.worker.evidence.tee)?;
        let record = self.state.write(|tx| {
            let now = tx.now()?;
            let cleared = self.checked(tx, &open, &brought, now)?;
            let keys = self.unwrap(&cleared, &brought.sealed)?;
            let record = self.reserve(tx, session, &cleared, &brought.statements, now)?;
            // Inside the transaction, so that of two releases of a run the one reserved last is the one that waits.
            self.sessions.wait(session, waiting(&cleared, &record, keys, now), now);
            Ok(record)
        });
        let record = record.inspect_err(|error| {
            tracing::info!(run = %open.body.run, spec = %open.body.spec, %error, "nothing is released");
        })?;
        Ok(Released { record: wire(&record)? })
    }

    /// The record of the release that waits in a session, once more, for a worker that lost the first answer: the same
    /// bytes. No check is made and nothing is reserved; the keys stay sealed to the key that was attested. A challenge
    /// that has no proof yet ends, so that one still under way cannot reserve the run behind the worker's back.
    pub fn record(&self, session: Digest) -> Result<Released> {
        self.serving()?;
        self.sessions.abandon(session);
        if self.sessions.is_judged(session) {
            return Err(BrokerError::Unavailable("the proof is still being judged, ask again".into()));
        }
        let none = || BrokerError::Absent("no release waits in this session".into());
        let (run, record) = self.sessions.waiting(session, |w| (w.run, w.record.clone())).ok_or_else(none)?;
        // What waits in memory counts only with its reservation on disk, and while no later session has the run.
        let row: Option<RunRow> = self.state.read(&format!("run/{run}"))?;
        if row.is_none_or(|row| row.session != session) {
            return Err(none());
        }
        Ok(Released { record: wire(&record)? })
    }

    /// Takes the session out and marks it used, durably, before anything is looked at.
    fn consume(&self, session: Digest) -> Result<(Open, Judging<'_>)> {
        let open = self.sessions.take(session);
        self.state.write(|tx| {
            let now = tx.now()?;
            if tx.consumed(session)?.is_some() {
                return Err(Refused::new(Check::Session, "the session was used before").into());
            }
            let open = open.ok_or_else(|| Refused::new(Check::Session, "the session is not known"))?;
            for place in tx.places("session/", 32)? {
                // An expired challenge is refused for its date, so its mark is no longer needed.
                if tx.get::<Timestamp>(&place)?.is_some_and(|expires| expires < now) {
                    tx.remove(&place)?;
                }
            }
            tx.put_consumed(session, &open.0.body.expires)?;
            Ok(open)
        })
    }

    fn checked(&self, tx: &Tx<'_>, open: &Open, brought: &Brought, now: Timestamp) -> Result<Cleared> {
        let dossier = Dossier::read(&brought.statements, [self.identity.signing_key])?;
        same_environment(&dossier, open.body.spec, brought.environment)?;
        let facts = Facts {
            run: open.body.run,
            spec: open.body.spec,
            session: &Session::Live(open.challenge.clone()),
            worker: &brought.worker,
            broker: &self.identity,
            appraiser: &Appraiser::of(&self.configuration),
            evidence_at: now,
            now,
        };
        let cleared = check(&dossier, tx.marks(), &facts)?;
        if let Some(row) = tx.row(cleared.run)?
            && row.lease.is_some_and(|until| now < until)
        {
            let reason =
                "the first release's keys are still leased: a repeat counts when the lease has run out";
            // No refusal: a worker that took the run over from a dead one asks again.
            return Err(BrokerError::Unavailable(reason.into()));
        }
        Ok(cleared)
    }

    /// Opens the data keys: each must be the one its manifest names, sealed for the assurance its grant allows.
    fn unwrap(&self, cleared: &Cleared, sealed: &BTreeMap<Digest, Sealed>) -> Result<DataKeys> {
        let mut keys = DataKeys::new();
        for cleared in &cleared.manifests {
            let refused =
                |why: &str| Refused::new(Check::Grant, format!("dataset `{}`: {why}", cleared.body.name));
            let wrapped =
                sealed.get(&cleared.manifest).ok_or_else(|| refused("its data key was not brought"))?;
            let key = unwrap_data_key(&self.sealing, cleared.allowed, &cleared.manifest, wrapped)
                .map_err(|_| refused("its data key is not sealed to this broker under the grant"))?;
            if key_id(&key) != cleared.body.key_id {
                return Err(refused("its data key is not the one the manifest names").into());
            }
            keys.insert(cleared.manifest, key);
        }
        Ok(keys)
    }

    /// Reserves run id and counter and signs the record, all in the one transaction of the checks.
    fn reserve(
        &self,
        tx: &mut Tx<'_>,
        session: Digest,
        cleared: &Cleared,
        statements: &[Envelope],
        now: Timestamp,
    ) -> Result<Envelope> {
        raise(tx, cleared, statements)?;
        let count = cleared.count;
        let head = tx.extend(
            "release",
            &[
                cleared.run.0.as_bytes(),
                session.as_bytes(),
                cleared.spec.as_bytes(),
                &count.count.to_be_bytes(),
                &count.attempt.to_be_bytes(),
            ],
        )?;
        let body = ReleaseRecord {
            run: cleared.run,
            spec: cleared.spec,
            charter: cleared.charter,
            request: cleared.request,
            statements: cleared.statements.clone(),
            manifests: cleared.manifests.iter().map(|m| m.manifest).collect(),
            challenge: cleared.challenge,
            evidence: cleared.evidence,
            transcript: cleared.transcript,
            worker: cleared.worker,
            measurement: cleared.measurement.clone(),
            assurance: cleared.assurance,
            count: count.count,
            attempt: count.attempt,
            configuration: self.identity.configuration,
            sequence: head.sequence,
            state: head.head,
        };
        let signer = Signer::Key(self.identity.signing_key);
        let predicate = Predicate { issued_at: now, signer, workspace: Some(cleared.workspace), body };
        let record = sign(&self.signing, &predicate).map_err(BrokerError::internal)?;
        let mut records = tx.row(cleared.run)?.map(|row| row.records).unwrap_or_default();
        records.push(record.digest());
        let row = RunRow {
            workspace: cleared.workspace,
            spec: cleared.spec,
            statements: cleared.statements.clone(),
            suspendable: signers(cleared, statements)?,
            datasets: cleared
                .manifests
                .iter()
                .map(|m| ((m.owner.issuer.clone(), m.owner.subject.clone()), m.body.dataset, m.manifest))
                .collect(),
            count: count.count,
            releases: count.attempt,
            session,
            worker: cleared.worker,
            records,
            lease: None,
            renewals: 0,
            receipt: None,
        };
        tx.put_run(cleared.run, &row)?;
        Ok(record)
    }
}

fn waiting(cleared: &Cleared, record: &Envelope, keys: DataKeys, now: Timestamp) -> Waiting {
    Waiting {
        run: cleared.run,
        record: record.clone(),
        report_data: cleared.report_data,
        sealing_key: cleared.sealing_key,
        keys,
        until: now,
    }
}

/// What a release has seen cannot be unseen: charters and manifests newer than the marks raise them.
fn raise(tx: &mut Tx<'_>, cleared: &Cleared, statements: &[Envelope]) -> Result<()> {
    let charter = statements.iter().find(|s| s.digest() == cleared.charter);
    let version = charter
        .and_then(|c| c.open::<cloister_statement::predicate::Charter>().ok())
        .map_or(0, |c| c.predicate().body.version);
    if tx.marks().charters.get(&cleared.workspace).is_none_or(|highest| highest.version < version) {
        tx.effect(&Effect::CharterInForce {
            workspace: cleared.workspace,
            version,
            charter: cleared.charter,
        })?;
    }
    for manifest in &cleared.manifests {
        let key = (manifest.owner.clone(), manifest.body.dataset);
        let sequence = manifest.body.sequence;
        if tx.marks().manifests.get(&key).is_none_or(|highest| highest.version < sequence) {
            let (owner, dataset) = key;
            tx.effect(&Effect::Manifest { owner, dataset, sequence, manifest: manifest.manifest })?;
        }
    }
    Ok(())
}

/// Certificates of those whose signature the run rests on: charters stay in force when a signer of theirs is suspended.
fn signers(cleared: &Cleared, statements: &[Envelope]) -> Result<BTreeSet<Digest>> {
    let mut signers = BTreeSet::new();
    for statement in statements.iter().filter(|s| cleared.statements.contains(&s.digest())) {
        if matches!(statement.kind(), Kind::Charter | Kind::Acceptance) {
            continue;
        }
        if let Signer::Certificate(certificate) = statement.header().map_err(BrokerError::malformed)?.signer {
            signers.insert(certificate);
        }
    }
    Ok(signers)
}

/// The environment is this release's for the spec's kind; a spec that was not brought is told of by the checks.
fn same_environment(dossier: &Dossier, spec: Digest, shown: Digest) -> Result<()> {
    let other = || Refused::new(Check::Transcript, "the worker's environment is not this release's");
    let spec = dossier.specs().get(&spec).ok_or_else(other)?;
    if shown == environment_of(spec.body().kind) { Ok(()) } else { Err(other().into()) }
}

/// The evidence is of the kind that the worker announced.
fn same_tee(announced: Tee, shown: TeeKind) -> Result<()> {
    let same = match announced {
        Tee::Sim => shown == TeeKind::Sim,
        Tee::Snp => shown == TeeKind::Snp,
        Tee::Tdx => shown == TeeKind::Tdx,
        Tee::Sgx => shown == TeeKind::Sgx,
        Tee::Nitro => shown == TeeKind::Nitro,
    };
    if same {
        Ok(())
    } else {
        Err(Refused::new(Check::Chain, "the evidence is of another kind than announced").into())
    }
}
