//! Lost keys: two recoverers whom a charter names end a certificate, or support a new one 24 h later.

use std::collections::{BTreeMap, BTreeSet};

use cloister_authz::Resource;
use cloister_authz::actions::EndCertificate;
use cloister_model::{Digest, Timestamp};
use cloister_statement::{
    Body as _, Envelope, Signer,
    predicate::{CertificateRevocation, Recovery},
};
use cloister_store::{Query, Tx, statements, statements::StoredStatement, workspaces};
use serde_json::Value;

use super::sessions::Identity;
use crate::{
    App, AppError,
    restrict::{entry_of, row_of},
    work::grounds::{stored, wire},
};

/// How many recoverers it takes.
const RECOVERERS: usize = 2;

/// Acknowledged revocations of a certificate: who signed them.
async fn revoked_by(db: &dyn Query, certificate: Digest) -> Result<BTreeSet<Digest>, AppError> {
    let mut signers = BTreeSet::new();
    for row in statements::of_kind(db, CertificateRevocation::KIND.as_str()).await? {
        let envelope = stored(&row.envelope)?;
        let read = envelope.open::<CertificateRevocation>().map_err(AppError::internal)?;
        let predicate = read.predicate();
        if let (true, Signer::Certificate(signer)) = (row.state == "acknowledged", predicate.signer)
            && predicate.body.certificate == certificate
        {
            signers.insert(signer);
        }
    }
    Ok(signers)
}

impl App {
    /// A recoverer's statement is stored and logged; the broker counts 24 h from when it is shown two.
    pub async fn add_recovery(&self, who: &Identity, statement: &Value) -> Result<(), AppError> {
        let _ = self.permit(&who.actor, EndCertificate, &Resource::deployment(), "certificate").await?;
        let envelope = super::certificates::parse(statement)?;
        let asked = envelope.open::<Recovery>().map_err(|e| AppError::Invalid(e.to_string()))?;
        let signer = self.signer_of(who, asked.predicate().signer).await?;
        let lost = asked.predicate().body.certificate;
        let refused = |_| AppError::Refused {
            check: "certificate".into(),
            reason: "the signature is not the caller's".into(),
        };
        asked.verify(&signer).map_err(refused)?;
        let now = self.now();
        let tx = self.store.write().await?;
        if tx.store_statement(&row_of(&envelope, now)?, None).await? {
            tx.audit(entry_of(&envelope, now, &who.actor, "certificate.recovery").target(lost)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The stored recoveries of a lost certificate for a request, with what the broker needs to judge them.
    pub(super) async fn recoveries(&self, lost: Digest, request: Digest) -> Result<Vec<Value>, AppError> {
        let mut found: BTreeMap<Digest, Value> = BTreeMap::new();
        for row in statements::of_kind(&self.store.read(), Recovery::KIND.as_str()).await? {
            let envelope = stored(&row.envelope)?;
            let body = envelope.open::<Recovery>().map_err(AppError::internal)?.predicate().body.clone();
            if let (true, Some(workspace)) =
                (body.certificate == lost && body.request == request, row.workspace)
            {
                found.insert(envelope.digest(), wire(&envelope));
                self.charters_of(workspace, &mut found).await?;
            }
        }
        Ok(found.into_values().collect())
    }

    /// The workspaces whose charter lists a certificate and names somebody its recoverer, as the broker judges them.
    pub(super) async fn recoverer_of(
        &self,
        certificate: Digest,
        recoverer: Digest,
    ) -> Result<Vec<Value>, AppError> {
        let mut found = BTreeMap::new();
        for workspace in workspaces::listing(&self.store.read(), certificate).await? {
            let grounds = self.grounds(workspace).await?;
            let named =
                grounds.in_force(workspace).is_ok_and(|f| f.charter().recoverers.contains(&recoverer));
            if named {
                self.charters_of(workspace, &mut found).await?;
            }
        }
        for row in statements::of_kind(&self.store.read(), CertificateRevocation::KIND.as_str()).await? {
            let envelope: Envelope = stored(&row.envelope)?;
            let body = envelope.open::<CertificateRevocation>().map_err(AppError::internal)?;
            if row.state == "acknowledged" && body.predicate().body.certificate == certificate {
                found.insert(envelope.digest(), wire(&envelope));
            }
        }
        Ok(found.into_values().collect())
    }

    async fn charters_of(&self, id: Digest, found: &mut BTreeMap<Digest, Value>) -> Result<(), AppError> {
        let grounds = self.grounds(id).await?;
        found.extend(grounds.needed().map(|(digest, envelope)| (*digest, wire(envelope))));
        Ok(())
    }

    /// The broker acknowledged a revocation: the holder's ends the certificate, of recoverers it takes two.
    pub(crate) async fn certificate_revoked(
        &self,
        tx: &Tx,
        found: &StoredStatement,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let envelope = stored(&found.envelope)?;
        let read = envelope.open::<CertificateRevocation>().map_err(AppError::internal)?;
        let (signer, certificate) = (read.predicate().signer, read.predicate().body.certificate);
        let owner = |digest| cloister_store::people::certificates::by_digest(tx, digest);
        let holder = owner(certificate).await?.map(|row| row.owner);
        let by_holder = match signer {
            Signer::Certificate(digest) => owner(digest).await?.map(|row| row.owner) == holder,
            Signer::Key(_) => false,
        };
        if by_holder || revoked_by(tx, certificate).await?.len() >= RECOVERERS {
            tx.end_certificate(certificate, now).await?;
        }
        Ok(())
    }
}
