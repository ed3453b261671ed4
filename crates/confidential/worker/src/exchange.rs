//! The exchange with the broker: hello, challenge, evidence, release record, log, keys.
//!
//! An answer that was lost on its way is asked for again in the same session, so that it costs none of the two releases
//! of a run: the record is read again, brought into the log again, the keys are sealed to the same worker again. Only a
//! broker that forgot the session, because it was started again, makes the exchange begin anew.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_api::{
    Envelope as Wire,
    broker::{Hello, Proof, Renewal},
    worker::{Lease, ReleaseReport},
};
use cloister_client::worker::{BrokerApi, CallError, WorkerApi};
use cloister_dataset::DataKey;
use cloister_model::{Digest, RunId};
use cloister_statement::{
    Envelope, SigningKey,
    binary::length_prefixed,
    data_key::key_id,
    predicate::{Challenge, Spec},
    seal::{self, SealingKey},
    transcript::{Role, Transcript, environment_of},
};

use crate::{
    Ambient, Attester, RunError,
    grounds::{Brought, Grounds, read},
    patience::Patience,
};

/// The fresh keys of one run; wiped when dropped.
struct RunKeys {
    signing: SigningKey,
    sealing: SealingKey,
}

/// A run whose keys were released.
pub(crate) struct Released {
    /// What it rests on.
    pub(crate) grounds: Grounds,
    /// Data keys by manifest.
    pub(crate) keys: BTreeMap<Digest, DataKey>,
    /// Signs receipt and renewals.
    pub(crate) signing: SigningKey,
    /// The broker's session.
    pub(crate) session: Digest,
}

/// Both peers of the exchange.
pub(crate) struct Peers<'a> {
    /// The server.
    pub(crate) server: &'a WorkerApi,
    /// The broker.
    pub(crate) broker: &'a BrokerApi,
}

/// Proves this worker and brings the keys home.
pub(crate) async fn exchange(
    lease: &Lease,
    brought: &Brought,
    peers: &Peers<'_>,
    (attester, ambient): (&Attester, &Ambient),
    patience: &mut Patience,
) -> Result<Released, RunError> {
    let spec = brought.get::<Spec>(lease.spec)?.body;
    let hello = Hello { run: lease.run, spec: lease.spec, tee: attester.tee().into() };
    let challenge = read(&patience.insist(|| peers.broker.hello(&hello)).await?)?;
    let session = expected_challenge(&challenge, lease)?;
    let keys = RunKeys {
        signing: SigningKey::generate(ambient.rng.as_ref()),
        sealing: SealingKey::generate(ambient.rng.as_ref()),
    };
    let transcript = Transcript {
        challenge: challenge.payload().to_vec(),
        role: Role::Worker,
        run: lease.run,
        spec: lease.spec,
        environment: environment_of(spec.kind),
        signing_key: keys.signing.public(),
        sealing_key: keys.sealing.public().map_err(|e| RunError::broken("seal", e))?,
    };
    let evidence = attester.attest(transcript.report_data(), ambient.clock.as_ref())?;
    let evidence = STANDARD.encode(evidence.to_bytes());
    let proof = proof(lease, &transcript, evidence.clone());
    let record_wire = prove(peers.broker, session, &proof, patience).await?;
    let record = read(&record_wire)?;
    let grounds = Grounds::establish(&record, brought)?;
    about_us(&grounds, lease, &keys, &challenge, &transcript)?;
    let report = ReleaseReport {
        fence: lease.fence,
        record: record_wire,
        challenge: crate::grounds::wire(&challenge)?,
        transcript: STANDARD.encode(transcript.bytes()),
        evidence,
    };
    let inclusion = patience.insist(|| peers.server.release(lease.run, &report)).await?;
    let sealed = patience.insist(|| peers.broker.keys(session, &inclusion.0)).await.map_err(forgotten)?;
    let data_keys = open_keys(&sealed, &grounds, &keys.sealing, &transcript)?;
    Ok(Released { grounds, keys: data_keys, signing: keys.signing, session })
}

/// Sends the proof once: the session is used up by it. Where no answer came, the record is asked for.
async fn prove(
    broker: &BrokerApi,
    session: Digest,
    proof: &Proof,
    patience: &mut Patience,
) -> Result<Wire, RunError> {
    match broker.prove(session, proof).await {
        Err(error @ (CallError::Unavailable(_) | CallError::Protocol(_))) => {
            tracing::warn!(%error, "no answer to the proof: the record is asked for");
            patience.insist(|| broker.record(session)).await.map_err(forgotten)
        }
        answered => Ok(answered?),
    }
}

/// The broker was started again and forgot the session: no lease is lost by that, the exchange begins anew.
fn forgotten(error: CallError) -> RunError {
    match error {
        CallError::Lost(reason) => RunError::Unavailable(reason),
        other => other.into(),
    }
}

/// The challenge must be signed by the broker it names, for this run and spec. Whether that broker is the charter's is
/// decided by the release record: before that, only public keys and evidence leave this worker.
fn expected_challenge(challenge: &Envelope, lease: &Lease) -> Result<Digest, RunError> {
    let opened = challenge.open::<Challenge>().map_err(|e| RunError::broken("challenge", e))?;
    let broker = opened.predicate().body.broker;
    let challenge = opened.verify(&broker).map_err(|e| RunError::broken("challenge", e))?;
    if challenge.body().run != lease.run || challenge.body().spec != lease.spec {
        return Err(RunError::broken("challenge", "it is for another run or spec"));
    }
    Ok(challenge.body().session)
}

fn proof(lease: &Lease, transcript: &Transcript, evidence: String) -> Proof {
    let sealed_keys = lease.tables.iter().filter_map(|t| Some((t.manifest, t.sealed_key.clone()?))).collect();
    Proof {
        signing_key: transcript.signing_key,
        sealing_key: transcript.sealing_key,
        environment: transcript.environment,
        evidence,
        statements: lease.statements.clone(),
        sealed_keys,
    }
}

/// The record must be about this run, this worker and this exchange.
fn about_us(
    grounds: &Grounds,
    lease: &Lease,
    keys: &RunKeys,
    challenge: &Envelope,
    transcript: &Transcript,
) -> Result<(), RunError> {
    let record = grounds.record.body();
    let same = record.run == lease.run
        && record.spec == lease.spec
        && record.worker == keys.signing.public()
        && record.challenge == challenge.digest()
        && record.transcript == transcript.digest();
    if same { Ok(()) } else { Err(RunError::broken("release", "the record is about another exchange")) }
}

fn open_keys(
    sealed: &BTreeMap<Digest, serde_json::Value>,
    grounds: &Grounds,
    key: &SealingKey,
    transcript: &Transcript,
) -> Result<BTreeMap<Digest, DataKey>, RunError> {
    let mut keys = BTreeMap::new();
    for (digest, manifest) in grounds.tables.values() {
        let missing = || RunError::broken("release", format!("no key came for the manifest {digest}"));
        let value = sealed.get(digest).ok_or_else(missing)?.clone();
        let sealed: seal::Sealed =
            serde_json::from_value(value).map_err(|e| RunError::broken("release", e))?;
        let aad = seal::release_aad(&transcript.report_data(), &grounds.record.digest(), digest);
        let bytes = seal::open_released(key, &aad, &sealed).map_err(|e| RunError::broken("release", e))?;
        if key_id(&bytes) != manifest.key_id {
            return Err(RunError::broken("release", "the key is not the one the manifest names"));
        }
        keys.insert(*digest, DataKey::from_bytes(*bytes));
    }
    Ok(keys)
}

/// Asks the broker whether the keys may still be held.
pub(crate) fn renewal(signing: &SigningKey, run: RunId, session: Digest, counter: u64) -> Renewal {
    let message = length_prefixed(&[
        b"cloister/renew/v1",
        run.to_string().as_bytes(),
        session.as_bytes(),
        &counter.to_be_bytes(),
    ]);
    Renewal { session, signature: hex::encode(signing.sign(&message)), counter }
}

#[cfg(test)]
mod tests {
    use cloister_statement::{keys::verify, testing::CountingRng};

    use super::*;

    #[test]
    fn a_renewal_is_signed_for_its_run_session_and_counter() {
        let key = SigningKey::generate(&CountingRng::new(1));
        let (run, session) = (RunId(uuid::Uuid::from_u128(5)), Digest([3; 32]));
        let renewal = renewal(&key, run, session, 7);
        let signature: [u8; 64] = hex::decode(&renewal.signature).unwrap().try_into().unwrap();
        let message = |counter: u64| {
            let run = run.to_string();
            length_prefixed(&[
                b"cloister/renew/v1",
                run.as_bytes(),
                session.as_bytes(),
                &counter.to_be_bytes(),
            ])
        };
        assert!(verify(&key.public(), &message(7), &signature));
        assert!(!verify(&key.public(), &message(8), &signature));
    }
}
