//! Member certificates: a person has one live certificate, and another only by the old key or by two recoverers.

use cloister_api::broker::{CertificateIssued, CertificateOrder};
use cloister_model::{Digest, Duration, IdentityStrength, Timestamp};
use cloister_statement::{
    Envelope, Predicate, Signer, Verified,
    predicate::{Certificate, CertificateRequest, Vouch},
    seal::age_encrypt,
    sign,
};
use cloister_verify::{Dossier, acts::Effect};

use crate::{
    Broker, BrokerError, Result,
    people::{envelope, envelopes, person, wire},
    state::{Pending, PersonMark, Tx},
};

/// The check that refuses certificates.
const CHECK: &str = "certificate";
/// How long after its signature a vouch counts.
const VOUCH: Duration = Duration::hours(24);
/// How far a signer's clock may be ahead.
const SKEW: Duration = Duration::seconds(300);
/// How long a recovery waits, so that the holder of a key that is not lost can object.
const RECOVERY: Duration = Duration::hours(24);

enum Issue {
    Done(Envelope),
    /// A recovery that is in force only from this moment.
    From(Timestamp),
}

fn refuse<T>(reason: impl Into<String>) -> Result<T> {
    Err(BrokerError::refused(CHECK, reason))
}

impl Broker {
    /// Certifies a member's keys. The same request gets the same certificate.
    pub fn certify(&self, order: &CertificateOrder) -> Result<CertificateIssued> {
        self.serving()?;
        let (request, vouch) = (envelope(&order.request)?, envelope(&order.vouch)?);
        let supporting = envelopes(&order.supporting)?;
        let issue = self.state.write(|tx| {
            if let Some(known) = tx.request(request.digest())? {
                let kept = tx.certificate(known)?;
                return kept
                    .map(Issue::Done)
                    .ok_or_else(|| BrokerError::Internal("a certificate is missing".into()));
            }
            let now = tx.now()?;
            let vouch = self.vouched(&vouch, now)?;
            let request = self.requested(tx, &request, &vouch, now)?;
            self.issue(tx, &request, &vouch, &supporting, now)
        })?;
        match issue {
            Issue::Done(certificate) => Ok(CertificateIssued { certificate: wire(&certificate)? }),
            Issue::From(at) => {
                Err(BrokerError::conflict("recovery", format!("the recovery is in force from {at}")))
            }
        }
    }

    fn vouched(&self, vouch: &Envelope, now: Timestamp) -> Result<Verified<Vouch>> {
        let read = vouch.open::<Vouch>().map_err(BrokerError::malformed)?;
        let vouch = match read.verify(&self.configuration.vouching_key) {
            Ok(vouch) => vouch,
            Err(e) => return refuse(e.to_string()),
        };
        let age = now.since(vouch.issued_at());
        if age > VOUCH || vouch.issued_at().since(now) > SKEW {
            return refuse("the vouch is not of today");
        }
        Ok(vouch)
    }

    /// Verifies the request under the key it must be signed by, and that the vouch is for it.
    fn requested(
        &self,
        tx: &Tx<'_>,
        request: &Envelope,
        vouch: &Verified<Vouch>,
        now: Timestamp,
    ) -> Result<Verified<CertificateRequest>> {
        let read = request.open::<CertificateRequest>().map_err(BrokerError::malformed)?;
        let body = &read.predicate().body;
        let key = match read.predicate().signer {
            Signer::Key(_) => body.signing_key,
            Signer::Certificate(old) => self.renewing(tx, old, body, now)?,
        };
        let request = match read.verify(&key) {
            Ok(request) => request,
            Err(e) => return refuse(e.to_string()),
        };
        let (body, word) = (request.body(), vouch.body());
        if request.issued_at().since(now) > SKEW {
            return refuse("the request is dated in the future");
        }
        let same = body.organisation == word.organisation
            && body.issuer == "local"
            && body.subject == word.subject
            && body.email == word.email
            && body.signing_key == word.signing_key
            && body.age_recipient == word.age_recipient;
        if !same {
            return refuse("the vouch is for another request");
        }
        if age_encrypt(std::slice::from_ref(&body.age_recipient), b"").is_err() {
            return refuse("the age recipient is none");
        }
        Ok(request)
    }

    /// The old key of a renewal: of the live certificate of the same person, which the request says it replaces.
    fn renewing(
        &self,
        tx: &Tx<'_>,
        old: Digest,
        body: &CertificateRequest,
        now: Timestamp,
    ) -> Result<Digest> {
        if body.replaces != Some(old) {
            return refuse("a renewal replaces the certificate that signs it");
        }
        let live = self.live(tx, person(&body.issuer, &body.subject), now)?;
        match live {
            Some(live) if live.digest() == old => Ok(live.body().signing_key),
            Some(_) | None => refuse("the certificate that signs is not the person's live one"),
        }
    }

    /// The person's live certificate.
    fn live(&self, tx: &Tx<'_>, person: Digest, now: Timestamp) -> Result<Option<Verified<Certificate>>> {
        let Some(mark) = tx.person(person)? else { return Ok(None) };
        let kept = tx
            .certificate(mark.live)?
            .ok_or_else(|| BrokerError::Internal("a certificate is missing".into()))?;
        let read = kept.open::<Certificate>().map_err(BrokerError::internal)?;
        let certificate = read.verify(&self.identity.signing_key).map_err(BrokerError::internal)?;
        let ended =
            tx.marks().revoked_certificates.contains(&mark.live) || now >= certificate.body().not_after;
        Ok(if ended { None } else { Some(certificate) })
    }

    fn issue(
        &self,
        tx: &mut Tx<'_>,
        request: &Verified<CertificateRequest>,
        vouch: &Verified<Vouch>,
        supporting: &[Envelope],
        now: Timestamp,
    ) -> Result<Issue> {
        let body = request.body();
        let holder = person(&body.issuer, &body.subject);
        if tx.key_holder(body.signing_key)?.is_some() {
            return refuse("the signing key has a certificate already");
        }
        let live = self.live(tx, holder, now)?;
        match (&live, request.certificate(), body.replaces) {
            // First certificate, or the one before has ended; or signed by the old key.
            (None, None, None) | (Some(_), Some(_), Some(_)) => {}
            (Some(old), None, Some(replaced)) if replaced == old.digest() => {
                let since = self.recovery(tx, request, replaced, supporting, now)?;
                if now < since.plus(RECOVERY) {
                    return Ok(Issue::From(since.plus(RECOVERY)));
                }
                tx.effect(&Effect::CertificateRevoked { certificate: replaced })?;
            }
            (Some(old), None, _) => {
                let reason = format!(
                    "the person has the live certificate `{}`: renew with its key, or recover it through two recoverers",
                    old.digest()
                );
                return refuse(reason);
            }
            (None, _, _) | (Some(_), Some(_), None) => {
                return refuse("there is no live certificate to replace");
            }
        }
        self.sign_certificate(tx, request, vouch, now).map(Issue::Done)
    }

    /// Since when two recoverers of a charter in force agree to exactly this request.
    fn recovery(
        &self,
        tx: &mut Tx<'_>,
        request: &Verified<CertificateRequest>,
        lost: Digest,
        supporting: &[Envelope],
        now: Timestamp,
    ) -> Result<Timestamp> {
        let dossier = Dossier::read(supporting, [self.identity.signing_key])
            .map_err(|e| BrokerError::refused("recovery", e.to_string()))?;
        let mut agreed = std::collections::BTreeMap::new();
        for recovery in dossier.recoveries().values() {
            let body = recovery.body();
            if body.certificate != lost || body.request != request.digest() {
                continue;
            }
            if let (Some(charter), Some(by)) = (dossier.charters().get(&body.charter), recovery.certificate())
                && let (Some(workspace), Some(certificate)) =
                    (charter.workspace(), dossier.certificates().get(&by))
                && recovery.workspace() == Some(workspace)
                && tx.marks().charters.get(&workspace).is_some_and(|highest| highest.digest == body.charter)
                && !tx.marks().forked.contains(&workspace)
                && charter.body().members.contains(&lost)
                && charter.body().recoverers.contains(&by)
                && !tx.marks().suspended.contains_key(&(workspace, by))
                && cloister_verify::certificates::live(certificate, &dossier, tx.marks(), now).is_ok()
            {
                let who = person(&certificate.body().issuer, &certificate.body().subject);
                agreed.entry(body.charter).or_insert_with(std::collections::BTreeSet::new).insert(who);
            }
        }
        if !agreed.values().any(|people| people.len() >= 2) {
            return Err(BrokerError::refused(
                "recovery",
                "two recoverers named by a charter in force must agree to it",
            ));
        }
        if let Some(pending) = tx.recovery(lost, request.digest())? {
            return Ok(pending.since);
        }
        tx.extend("recovery", &[lost.as_bytes(), request.digest().as_bytes()])?;
        tx.put_recovery(lost, request.digest(), &Pending { since: now })?;
        Ok(now)
    }

    fn sign_certificate(
        &self,
        tx: &mut Tx<'_>,
        request: &Verified<CertificateRequest>,
        vouch: &Verified<Vouch>,
        now: Timestamp,
    ) -> Result<Envelope> {
        let asked = request.body().clone();
        let body = Certificate {
            organisation: asked.organisation,
            organisation_name: vouch.body().organisation_name.clone(),
            issuer: asked.issuer,
            subject: asked.subject,
            email: asked.email,
            signing_key: asked.signing_key,
            age_recipient: asked.age_recipient,
            channel: asked.channel,
            identity: IdentityStrength::Local,
            not_before: now,
            not_after: now.plus(Duration::days(i64::from(self.configuration.certificate_days))),
            request: request.digest(),
            replaces: asked.replaces,
        };
        let holder = person(&body.issuer, &body.subject);
        let (key, signer) = (body.signing_key, Signer::Key(self.identity.signing_key));
        let predicate = Predicate { issued_at: now, signer, workspace: None, body };
        let certificate = sign(&self.signing, &predicate).map_err(BrokerError::internal)?;
        tx.extend("certificate", &[certificate.digest().as_bytes()])?;
        tx.put_certificate(certificate.digest(), &certificate)?;
        tx.put_request(request.digest(), &certificate.digest())?;
        tx.put_person(holder, &PersonMark { live: certificate.digest() })?;
        tx.put_key_holder(key, &holder)?;
        Ok(certificate)
    }
}
