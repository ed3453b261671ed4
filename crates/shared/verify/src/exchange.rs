//! Checks `session`, `transcript`, `chain`, `platform`, `measurement`: who is asking.

use cloister_attest::{Evidence, Policy, ReferenceValues, TrustRoots, group};
use cloister_model::{Digest, RunId, Timestamp};
use cloister_statement::{
    Envelope, PublicKey, Verified,
    configuration::BrokerConfiguration,
    predicate::{Challenge, Spec},
    transcript::{Role, Transcript},
};

use crate::{Check, Refused, check::ensure};

/// What a broker knows of the session a worker names. The broker consumes the session durably before it asks for any
/// check, whatever the outcome.
#[derive(Clone, Debug)]
pub enum Session {
    /// No such session.
    Unknown,
    /// It was consumed before.
    Consumed,
    /// It was live until now; the challenge as it was sent.
    Live(Envelope),
}

/// The worker that asks, as it presents itself.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Its fresh Ed25519 key.
    pub signing_key: PublicKey,
    /// Its fresh HPKE key.
    pub sealing_key: PublicKey,
    /// Its evidence.
    pub evidence: Evidence,
}

/// What evidence is appraised with. Taken from a broker's configuration and nowhere else.
#[derive(Clone, Debug)]
pub struct Appraiser {
    roots: TrustRoots,
    reference: ReferenceValues,
    policy: Policy,
}

impl Appraiser {
    /// As a broker configuration says: its roots, firmware floor and accepted workers.
    pub fn of(configuration: &BrokerConfiguration) -> Self {
        let vendors = TrustRoots::vendors();
        let roots = match &configuration.development_root {
            Some(root) if configuration.allow_simulated => vendors.with_development(root.0.clone()),
            Some(_) | None => vendors,
        };
        let floor = configuration.tcb_floor;
        let tcb_floor = cloister_attest::TcbFloor {
            fmc: floor.fmc,
            bootloader: floor.bootloader,
            tee: floor.tee,
            snp: floor.snp,
            microcode: floor.microcode,
        };
        let reference = ReferenceValues::new(configuration.workers.iter().cloned());
        Self { roots, reference, policy: Policy { tcb_floor, ..Policy::default() } }
    }

    /// The same, but for one other accepted measurement: that of a broker a charter names.
    #[must_use]
    pub fn accepting(self, measurement: &str) -> Self {
        Self { reference: ReferenceValues::new([measurement]), ..self }
    }

    /// Appraises evidence: all of its checks, the first failure by name.
    pub fn appraise(
        &self,
        evidence: &Evidence,
        expected: &[u8; 64],
        at: Timestamp,
    ) -> Result<cloister_attest::Verified, Refused> {
        cloister_attest::appraise(evidence, &self.roots, &self.reference, &self.policy, expected, at)
            .verified()
            .map_err(|refused| Refused::new(named(refused.check), refused.to_string()))
    }
}

/// The check of an appraiser's group. A word not known here refuses as `chain`: nothing is proven.
fn named(check: &str) -> Check {
    let known = [Check::Transcript, Check::Chain, Check::Platform, Check::Measurement];
    known.into_iter().find(|c| c.as_str() == group(check)).unwrap_or(Check::Chain)
}

/// Check `session`: known, never consumed, unexpired, ours, for this run and spec.
pub fn session(
    session: &Session,
    broker: &PublicKey,
    run: RunId,
    spec: &Digest,
    now: Timestamp,
) -> Result<Verified<Challenge>, Refused> {
    let refuse = |holds, why: &str| ensure(holds, Check::Session, || why.to_owned());
    let challenge = match session {
        Session::Unknown => return Err(Refused::new(Check::Session, "the session is not known")),
        Session::Consumed => return Err(Refused::new(Check::Session, "the session was used before")),
        Session::Live(challenge) => challenge,
    };
    let opened = challenge.open::<Challenge>().map_err(|e| Refused::new(Check::Session, e.to_string()))?;
    let verified = opened.verify(broker).map_err(|e| Refused::new(Check::Session, e.to_string()))?;
    let body = verified.body();
    refuse(body.broker == *broker, "the challenge is another broker's")?;
    refuse(body.run == run, "the challenge is for another run")?;
    refuse(body.spec == *spec, "the challenge is for another spec")?;
    let span = body.expires.since(verified.issued_at());
    let short = span.micros() > 0 && span <= cloister_model::Duration::seconds(60);
    refuse(short, "the challenge lasts longer than 60 seconds")?;
    refuse(now < body.expires, "the challenge has expired")?;
    Ok(verified)
}

/// The transcript, rebuilt from the verifier's own values and the worker's two keys.
pub fn transcript(challenge: &Envelope, run: RunId, spec: &Verified<Spec>, worker: &Worker) -> Transcript {
    Transcript {
        challenge: challenge.payload().to_vec(),
        role: Role::Worker,
        run,
        spec: spec.digest(),
        environment: spec.body().environment,
        signing_key: worker.signing_key,
        sealing_key: worker.sealing_key,
    }
}
