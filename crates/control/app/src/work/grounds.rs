//! What the server knows of a workspace, with every signature verified again: the dossier of all stored statements,
//! those that still wait for the broker included, so that the server itself lets nothing pass that they forbid.

use std::collections::{BTreeMap, BTreeSet};

use cloister_model::Digest;
use cloister_statement::{
    Envelope, Kind, Signer,
    predicate::{CertificateRevocation, Charter, DatasetDeletion, Grant, Spec},
};
use cloister_store::{
    Query, datasets,
    people::certificates,
    statements::{self, StoredStatement},
};
use cloister_verify::{Dossier, InForce, Marks, Refused, charters};
use serde_json::Value;

use crate::AppError;

impl From<Refused> for AppError {
    fn from(refused: Refused) -> Self {
        Self::Refused { check: refused.check.as_str().into(), reason: refused.reason }
    }
}

/// Reads an envelope off the wire.
pub(crate) fn envelope(value: &Value) -> Result<Envelope, AppError> {
    Envelope::parse(value.to_string().as_bytes()).map_err(|e| AppError::Invalid(e.to_string()))
}

/// Reads a stored envelope.
pub(crate) fn stored(text: &str) -> Result<Envelope, AppError> {
    Envelope::parse(text.as_bytes()).map_err(AppError::internal)
}

/// An envelope as it goes over the wire.
pub fn wire(envelope: &Envelope) -> Value {
    serde_json::from_slice(&envelope.to_json()).unwrap_or_default()
}

/// The stored statement of this digest.
pub(crate) async fn find(db: &dyn Query, digest: Digest) -> Result<Envelope, AppError> {
    let found = statements::find(db, digest).await?.ok_or(AppError::Absent("statement"))?;
    stored(&found.envelope)
}

/// Statements with verified signatures.
#[derive(Clone, Default)]
pub(crate) struct Grounds {
    /// How the statements stood: see [`statements::stamp`].
    pub(crate) stamp: i64,
    /// By digest.
    pub(crate) envelopes: BTreeMap<Digest, Envelope>,
    /// Those the broker acknowledged, with the acknowledgement.
    pub(crate) acknowledgements: Vec<Envelope>,
    /// The same, verified.
    pub(crate) dossier: Dossier,
}

impl Grounds {
    /// Of a workspace and of further statements (a manifest that is not shared yet).
    pub(crate) async fn of(
        db: &dyn Query,
        workspace: Option<Digest>,
        further: &[Digest],
    ) -> Result<Self, AppError> {
        let mut this = Self::default();
        for digest in further {
            this.add_stored(db, *digest).await?;
        }
        if let Some(workspace) = workspace {
            this.collect(db, workspace).await?;
        }
        this.manifests(db).await?;
        this.people(db).await?;
        this.dossier = Dossier::read(this.envelopes.values(), this.issuers()?)?;
        Ok(this)
    }

    /// Of statements not stored yet, with the certificates they name.
    pub(crate) async fn around(db: &dyn Query, fresh: &[&Envelope]) -> Result<Self, AppError> {
        let mut this = Self::default();
        for envelope in fresh {
            this.add((*envelope).clone());
        }
        this.people(db).await?;
        this.dossier = Dossier::read(this.envelopes.values(), this.issuers()?)?;
        Ok(this)
    }

    fn add(&mut self, envelope: Envelope) {
        self.envelopes.insert(envelope.digest(), envelope);
    }

    /// A stored statement with the broker's word on it, unless the broker refused it.
    fn add_row(&mut self, row: &StoredStatement) -> Result<(), AppError> {
        if row.state == "refused" {
            return Ok(());
        }
        let envelope = stored(&row.envelope)?;
        if self.envelopes.insert(envelope.digest(), envelope).is_none()
            && let Some(acknowledgement) = &row.acknowledgement
        {
            self.acknowledgements.push(stored(acknowledgement)?);
        }
        Ok(())
    }

    async fn add_stored(&mut self, db: &dyn Query, digest: Digest) -> Result<(), AppError> {
        let found = statements::find(db, digest).await?.ok_or(AppError::Absent("statement"))?;
        self.add_row(&found)
    }

    async fn collect(&mut self, db: &dyn Query, workspace: Digest) -> Result<(), AppError> {
        for row in statements::of_workspace(db, workspace).await? {
            if of_the_workspace(stored(&row.envelope)?.kind()) {
                self.add_row(&row)?;
            }
        }
        for share in datasets::shares_to(db, workspace).await? {
            for manifest in datasets::manifests_of(db, share.dataset).await? {
                self.add_stored(db, manifest).await?;
            }
        }
        Ok(())
    }

    /// Manifests that grants and specs name, and the ends of their datasets.
    async fn manifests(&mut self, db: &dyn Query) -> Result<(), AppError> {
        let mut named = BTreeSet::new();
        for envelope in self.envelopes.values() {
            if let Ok(grant) = envelope.open::<Grant>() {
                named.insert(grant.predicate().body.manifest);
            } else if let Ok(spec) = envelope.open::<Spec>() {
                named.extend(spec.predicate().body.tables.values().copied());
            }
        }
        for digest in named {
            if !self.envelopes.contains_key(&digest)
                && let Some(found) = statements::find(db, digest).await?
            {
                self.add_row(&found)?;
            }
        }
        for row in statements::of_kind(db, Kind::DatasetDeletion.as_str()).await? {
            let deletion = stored(&row.envelope)?;
            let open = deletion.open::<DatasetDeletion>().map_err(AppError::internal)?;
            if self.envelopes.contains_key(&open.predicate().body.manifest) {
                self.add_row(&row)?;
            }
        }
        Ok(())
    }

    /// Certificates of everyone who signed or is listed, and what revokes them.
    async fn people(&mut self, db: &dyn Query) -> Result<(), AppError> {
        let revocations = statements::of_kind(db, Kind::CertificateRevocation.as_str()).await?;
        loop {
            let mut wanted = BTreeSet::new();
            for envelope in self.envelopes.values() {
                let header = envelope.header().map_err(|e| AppError::Invalid(e.to_string()))?;
                if let Signer::Certificate(digest) = header.signer {
                    wanted.insert(digest);
                }
                if let Ok(charter) = envelope.open::<Charter>() {
                    wanted.extend(charter.predicate().body.members.iter().copied());
                }
            }
            wanted.retain(|digest| !self.envelopes.contains_key(digest));
            let mut grown = false;
            for digest in wanted {
                if let Some(row) = certificates::by_digest(db, digest).await? {
                    self.add(stored(&row.envelope)?);
                    grown = true;
                }
            }
            for revocation in &revocations {
                let envelope = stored(&revocation.envelope)?;
                let open = envelope.open::<CertificateRevocation>().map_err(AppError::internal)?;
                let concerns = self.envelopes.contains_key(&open.predicate().body.certificate);
                if concerns && !self.envelopes.contains_key(&revocation.digest) {
                    self.add_row(revocation)?;
                    grown = true;
                }
            }
            if !grown {
                return Ok(());
            }
        }
    }

    /// Certificates come from this server's own table, which holds only what its broker issued.
    fn issuers(&self) -> Result<BTreeSet<Digest>, AppError> {
        let mut issuers = BTreeSet::new();
        for envelope in self.envelopes.values().filter(|e| e.kind() == Kind::Certificate) {
            if let Signer::Key(key) = envelope.header().map_err(AppError::internal)?.signer {
                issuers.insert(key);
            }
        }
        Ok(issuers)
    }

    /// The charter in force, as far as the statements tell.
    pub(crate) fn in_force(&self, workspace: Digest) -> Result<InForce, AppError> {
        Ok(charters::establish(workspace, &self.dossier, &Marks::default())?)
    }

    /// People and charters, without which the broker can judge nothing.
    pub(crate) fn needed(&self) -> impl Iterator<Item = (&Digest, &Envelope)> {
        self.envelopes.iter().filter(|(_, envelope)| always_needed(envelope.kind()))
    }

    /// What the broker needs to judge a restricting statement: people, charters, and the statements named.
    pub(crate) fn supporting(&self, named: &[Digest]) -> Vec<Value> {
        let wanted =
            self.envelopes.iter().filter(|(digest, e)| always_needed(e.kind()) || named.contains(digest));
        wanted.map(|(_, envelope)| wire(envelope)).collect()
    }
}

/// Kinds that a workspace rests on. What belongs to a single run is added where that run is looked at; acknowledgements
/// come with the statement they are of.
const fn of_the_workspace(kind: Kind) -> bool {
    match kind {
        Kind::Charter
        | Kind::Acceptance
        | Kind::Refusal
        | Kind::Suspension
        | Kind::Archive
        | Kind::Manifest
        | Kind::DatasetDeletion
        | Kind::Grant
        | Kind::Revocation
        | Kind::Spec
        | Kind::Review
        | Kind::Withdrawal
        | Kind::CertificateRequest
        | Kind::Vouch
        | Kind::Certificate
        | Kind::CertificateRevocation
        | Kind::Recovery => true,
        Kind::RunRequest | Kind::ReleaseRecord | Kind::Receipt | Kind::Challenge | Kind::Acknowledgement => {
            false
        }
    }
}

/// Kinds without which the broker can judge no restricting statement of a workspace.
const fn always_needed(kind: Kind) -> bool {
    match kind {
        Kind::Certificate
        | Kind::Charter
        | Kind::Acceptance
        | Kind::Suspension
        | Kind::CertificateRevocation => true,
        Kind::Refusal
        | Kind::Archive
        | Kind::Manifest
        | Kind::DatasetDeletion
        | Kind::Grant
        | Kind::Revocation
        | Kind::Spec
        | Kind::Review
        | Kind::Withdrawal
        | Kind::RunRequest
        | Kind::ReleaseRecord
        | Kind::Receipt
        | Kind::Challenge
        | Kind::Acknowledgement
        | Kind::CertificateRequest
        | Kind::Vouch
        | Kind::Recovery => false,
    }
}
