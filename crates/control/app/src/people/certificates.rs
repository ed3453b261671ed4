//! Member certificates: the server vouches for its local accounts, the broker issues.

use cloister_authz::{
    Kind, Relation, Resource,
    actions::{EndCertificate, LookUpCertificate, ReadBroker, ReadMe, RequestCertificate},
};
use cloister_model::{Digest, Email};
use cloister_statement::{
    Envelope, Predicate, Signer,
    predicate::{Certificate, CertificateRequest, CertificateRevocation, Vouch},
    sign,
};
use cloister_store::people::certificates::{self, CertificateRow, NewCertificate};
use serde_json::{Value, json};

use super::sessions::Identity;
use crate::{
    App, AppError,
    restrict::{Restriction, Standing, entry_of, row_of},
};

pub(super) fn parse(envelope: &Value) -> Result<Envelope, AppError> {
    Envelope::parse(envelope.to_string().as_bytes()).map_err(|e| AppError::Invalid(e.to_string()))
}

fn invalid(why: impl std::fmt::Display) -> AppError {
    AppError::Invalid(why.to_string())
}

fn refused(reason: &str) -> AppError {
    AppError::Refused { check: "certificate".into(), reason: reason.into() }
}

impl App {
    /// Vouches for the caller's own keys and has the broker certify them.
    pub async fn request_certificate(
        &self,
        who: &Identity,
        request: &Value,
        recoveries: Vec<Value>,
    ) -> Result<CertificateRow, AppError> {
        let own = Resource::new(Kind::Certificate, who.user.id.to_string()).with(Relation::Own, true);
        let grant = self.permit(&who.actor, RequestCertificate, &own, "certificate").await?;
        let envelope = parse(request)?;
        let asked = envelope.open::<CertificateRequest>().map_err(invalid)?;
        let body = asked.predicate().body.clone();
        let right = body.issuer == "local"
            && body.subject == who.user.id.to_string()
            && body.organisation == who.user.org
            && body.email == who.user.email;
        if !right {
            return Err(refused("the request names another person than the caller"));
        }
        let vouch = self.vouch(who, &body)?;
        let mut supporting = recoveries;
        if let Some(lost) = body.replaces {
            supporting.extend(self.recoveries(lost, envelope.digest()).await?);
        }
        let order = json!({ "request": request, "vouch": vouch, "supporting": supporting });
        let answer = self.broker.post("/v1/certificates", order).await?;
        let issued = answer
            .get("certificate")
            .ok_or_else(|| AppError::Unavailable("the broker gave no certificate".into()))?;
        let certificate = parse(issued)?;
        let facts = certificate.open::<Certificate>().map_err(AppError::internal)?.predicate().body.clone();
        if facts.subject != body.subject || facts.signing_key != body.signing_key {
            return Err(AppError::Unavailable("the broker certified something else than was asked".into()));
        }
        let now = self.now();
        let row = CertificateRow {
            digest: certificate.digest(),
            owner: who.user.id,
            envelope: issued.to_string(),
            ended: None,
            not_after: facts.not_after,
        };
        let new = NewCertificate {
            row: row.clone(),
            email: facts.email,
            request: request.to_string(),
            replaces: facts.replaces,
            now,
        };
        let tx = self.store.write().await?;
        tx.store_statement(&row_of(&envelope, now)?, None).await?;
        tx.store_statement(&row_of(&certificate, now)?, None).await?;
        if tx.add_certificate(&grant, &new).await? {
            tx.audit(entry_of(&certificate, now, &who.actor, "certificate.issue").target(row.digest)).await?;
        }
        tx.commit().await?;
        Ok(row)
    }

    fn vouch(&self, who: &Identity, request: &CertificateRequest) -> Result<Value, AppError> {
        let predicate = Predicate {
            issued_at: self.now(),
            signer: Signer::Key(self.vouching.public()),
            workspace: None,
            body: Vouch {
                organisation: who.user.org,
                organisation_name: who.user.org_name.clone(),
                subject: request.subject.clone(),
                email: request.email.clone(),
                signing_key: request.signing_key,
                age_recipient: request.age_recipient.clone(),
            },
        };
        let envelope = sign(&self.vouching, &predicate).map_err(AppError::internal)?;
        serde_json::from_slice(&envelope.to_json()).map_err(AppError::internal)
    }

    /// The certificates of an exact address, newest first.
    pub async fn certificates_of(
        &self,
        who: &Identity,
        email: &Email,
    ) -> Result<Vec<CertificateRow>, AppError> {
        let _ = self.permit(&who.actor, LookUpCertificate, &Resource::deployment(), "certificate").await?;
        Ok(certificates::by_email(&self.store.read(), email).await?)
    }

    /// A certificate.
    pub async fn certificate(&self, who: &Identity, digest: Digest) -> Result<CertificateRow, AppError> {
        let _ = self.permit(&who.actor, LookUpCertificate, &Resource::deployment(), "certificate").await?;
        certificates::by_digest(&self.store.read(), digest).await?.ok_or(AppError::Absent("certificate"))
    }

    /// Who the caller is: may it know, and its live certificate.
    pub async fn me(&self, who: &Identity) -> Result<Option<CertificateRow>, AppError> {
        let _ = self.permit(&who.actor, ReadMe, &Resource::deployment(), "user").await?;
        Ok(certificates::live_of(&self.store.read(), who.user.id, self.now()).await?)
    }

    /// A certificate ends by its holder's statement, with the broker's acknowledgement.
    pub async fn revoke_certificate(
        &self,
        who: &Identity,
        digest: Digest,
        statement: &Value,
    ) -> Result<(Digest, Standing), AppError> {
        let _ = self.permit(&who.actor, EndCertificate, &Resource::deployment(), "certificate").await?;
        let found = certificates::by_digest(&self.store.read(), digest)
            .await?
            .ok_or(AppError::Absent("certificate"))?;
        let envelope = parse(statement)?;
        let asked = envelope.open::<CertificateRevocation>().map_err(invalid)?;
        if asked.predicate().body.certificate != digest {
            return Err(AppError::Unprocessable("the statement ends another certificate".into()));
        }
        let by = asked.predicate().signer;
        let signer = self.signer_of(who, by).await?;
        asked.verify(&signer).map_err(|_| refused("the signature is not the caller's"))?;
        let now = self.now();
        let mut supporting = vec![serde_json::from_str(&found.envelope).map_err(AppError::internal)?];
        if let (Signer::Certificate(by), true) = (by, found.owner != who.user.id) {
            let own = certificates::by_digest(&self.store.read(), by).await?;
            let own = own.map(|row| serde_json::from_str(&row.envelope)).transpose();
            supporting.extend(own.map_err(AppError::internal)?);
            supporting.extend(self.recoverer_of(digest, by).await?);
        }
        let tx = self.store.write().await?;
        let entry = entry_of(&envelope, now, &who.actor, "certificate.revoke").target(digest);
        let restriction =
            Restriction { statement: &envelope, supporting, on_ack: "certificate_revoked", entry };
        self.restrict(&tx, restriction).await?;
        tx.commit().await?;
        Ok((envelope.digest(), self.standing(envelope.digest()).await?))
    }

    /// The key of the certificate a statement names, which must be a live one of the caller.
    pub async fn signer_of(&self, who: &Identity, signer: Signer) -> Result<Digest, AppError> {
        let Signer::Certificate(digest) = signer else { return Err(refused("the signer is no certificate")) };
        let found = certificates::by_digest(&self.store.read(), digest).await?;
        let found = found.filter(|c| c.owner == who.user.id && c.ended.is_none() && c.not_after > self.now());
        let found = found.ok_or_else(|| refused("the signer is no live certificate of the caller"))?;
        let envelope = Envelope::parse(found.envelope.as_bytes()).map_err(AppError::internal)?;
        Ok(envelope.open::<Certificate>().map_err(AppError::internal)?.predicate().body.signing_key)
    }

    /// The broker's identity, or its evidence for a nonce, through the pipe.
    pub async fn broker_identity(&self, who: &Identity) -> Result<Value, AppError> {
        let _ = self.permit(&who.actor, ReadBroker, &Resource::deployment(), "broker").await?;
        Ok(self.broker.get("/v1/identity").await?)
    }

    /// The broker proves itself to the caller's nonce.
    pub async fn prove_broker(&self, who: &Identity, nonce: Digest) -> Result<Value, AppError> {
        let _ = self.permit(&who.actor, ReadBroker, &Resource::deployment(), "broker").await?;
        Ok(self.broker.post("/v1/evidence", json!({ "nonce": nonce })).await?)
    }
}
