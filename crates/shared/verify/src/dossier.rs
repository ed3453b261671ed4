//! A dossier: statements with verified signatures, sorted by kind.
//!
//! A certificate counts only when a trusted broker's key signed it; a member's statement only under the key of such a
//! certificate, issued within its validity; a broker's statement only under a trusted broker's key; a receipt only under
//! the worker's key it names. One statement that fails refuses the whole dossier: whoever brought it cannot be followed.

use std::collections::{BTreeMap, BTreeSet};

use cloister_model::Digest;
use cloister_statement::{
    Body, Envelope, Kind, PublicKey, Signer, Unverified, Verified,
    predicate::{
        Acceptance, Acknowledgement, Archive, Certificate, CertificateRequest, CertificateRevocation,
        Challenge, Charter, DatasetDeletion, Grant, Manifest, Receipt, Recovery, Refusal, ReleaseRecord,
        Review, Revocation, RunRequest, Spec, Suspension, Vouch, Withdrawal,
    },
};

use crate::{Check, Refused, certificates::Person, run_policy::CLOCK_SKEW};

/// The most statements of a dossier.
pub const MAX_STATEMENTS: usize = 20_000;

macro_rules! dossier {
    ($($(#[$doc:meta])* $field:ident: $body:ident;)+) => {
        /// Statements whose signatures hold, by kind and digest.
        #[derive(Clone, Debug, Default)]
        pub struct Dossier {
            issuers: BTreeSet<PublicKey>,
            $(pub(crate) $field: BTreeMap<Digest, Verified<$body>>,)+
        }

        impl Dossier {
            $(
                $(#[$doc])*
                pub fn $field(&self) -> &BTreeMap<Digest, Verified<$body>> {
                    &self.$field
                }
            )+

            fn sort(&mut self, envelope: &Envelope) -> Result<(), Refused> {
                match envelope.kind() {
                    $(Kind::$body => {
                        let verified = self.verify::<$body>(envelope, |body, signer, this| key_for::<$body>(body, signer, this))?;
                        self.$field.insert(verified.digest(), verified);
                    })+
                }
                Ok(())
            }
        }
    };
}

dossier! {
    /// Certificates.
    certificates: Certificate;
    /// Certificate requests.
    certificate_requests: CertificateRequest;
    /// Vouches; signed by the key they name, which is for the caller to judge.
    vouches: Vouch;
    /// Certificate revocations.
    certificate_revocations: CertificateRevocation;
    /// Recoveries.
    recoveries: Recovery;
    /// Charters.
    charters: Charter;
    /// Acceptances.
    acceptances: Acceptance;
    /// Refusals.
    refusals: Refusal;
    /// Suspensions.
    suspensions: Suspension;
    /// Archives.
    archives: Archive;
    /// Manifests.
    manifests: Manifest;
    /// Dataset deletions.
    deletions: DatasetDeletion;
    /// Grants.
    grants: Grant;
    /// Revocations.
    revocations: Revocation;
    /// Specs.
    specs: Spec;
    /// Reviews.
    reviews: Review;
    /// Withdrawals.
    withdrawals: Withdrawal;
    /// Run requests.
    requests: RunRequest;
    /// Release records.
    releases: ReleaseRecord;
    /// Receipts.
    receipts: Receipt;
    /// Challenges.
    challenges: Challenge;
    /// Acknowledgements.
    acknowledgements: Acknowledgement;
}

/// Who must sign a kind of statement.
enum Role {
    /// A member, named by certificate.
    Member,
    /// A trusted broker.
    Broker,
    /// The key that the body itself names.
    Own(PublicKey),
    /// Either the key that the body names, or the certificate that it replaces.
    OwnOrMember(PublicKey),
    /// Whoever; the caller judges the key.
    Anyone,
}

fn role<B: Body + 'static>(body: &B) -> Role {
    let any: &dyn std::any::Any = body;
    match B::KIND {
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
        | Kind::RunRequest
        | Kind::CertificateRevocation
        | Kind::Recovery => Role::Member,
        Kind::ReleaseRecord | Kind::Challenge | Kind::Acknowledgement | Kind::Certificate => Role::Broker,
        Kind::Receipt => any.downcast_ref::<Receipt>().map_or(Role::Broker, |r| Role::Own(r.worker)),
        Kind::CertificateRequest => any
            .downcast_ref::<CertificateRequest>()
            .map_or(Role::Broker, |r| Role::OwnOrMember(r.signing_key)),
        Kind::Vouch => Role::Anyone,
    }
}

/// The key under which a statement must verify, or why there is none.
fn key_for<B: Body + 'static>(body: &B, signer: Signer, dossier: &Dossier) -> Result<PublicKey, String> {
    let kind = B::KIND.as_str();
    let certified = |digest: Digest| {
        dossier
            .certificates
            .get(&digest)
            .map(|c| c.body().signing_key)
            .ok_or_else(|| format!("the certificate `{digest}` that a {kind} names is missing"))
    };
    match (role(body), signer) {
        (Role::Member | Role::OwnOrMember(_), Signer::Certificate(digest)) => certified(digest),
        (Role::Broker, Signer::Key(key)) if dossier.issuers.contains(&key) => Ok(key),
        (Role::Own(own) | Role::OwnOrMember(own), Signer::Key(key)) if own == key => Ok(key),
        (Role::Anyone, Signer::Key(key)) => Ok(key),
        (Role::Member, Signer::Key(_)) => Err(format!("a {kind} is signed by a member, not by a bare key")),
        (Role::Broker, Signer::Key(_)) => {
            Err(format!("a {kind} is signed by a broker that is not trusted here"))
        }
        (Role::Own(_) | Role::OwnOrMember(_), Signer::Key(_)) => {
            Err(format!("a {kind} is signed by another key than it names"))
        }
        (Role::Broker | Role::Own(_) | Role::Anyone, Signer::Certificate(_)) => {
            Err(format!("a {kind} is not signed by members"))
        }
    }
}

impl Dossier {
    /// Reads and verifies statements. `issuers` are the signing keys of the brokers whose word counts: a broker passes
    /// its own, a client those that charters it pinned name.
    pub fn read<'a>(
        envelopes: impl IntoIterator<Item = &'a Envelope>,
        issuers: impl IntoIterator<Item = PublicKey>,
    ) -> Result<Self, Refused> {
        let mut dossier = Self { issuers: issuers.into_iter().collect(), ..Self::default() };
        let envelopes: Vec<&Envelope> = envelopes.into_iter().collect();
        if envelopes.len() > MAX_STATEMENTS {
            return Err(Refused::new(Check::Format, format!("more than {MAX_STATEMENTS} statements")));
        }
        let (certificates, others): (Vec<_>, Vec<_>) =
            envelopes.into_iter().partition(|e| e.kind() == Kind::Certificate);
        for envelope in certificates.into_iter().chain(others) {
            dossier.sort(envelope)?;
        }
        Ok(dossier)
    }

    /// Verifies one more statement under the certificates already here.
    pub fn add(&mut self, envelope: &Envelope) -> Result<(), Refused> {
        self.sort(envelope)
    }

    fn verify<B: Body + 'static>(
        &self,
        envelope: &Envelope,
        key: impl FnOnce(&B, Signer, &Self) -> Result<PublicKey, String>,
    ) -> Result<Verified<B>, Refused> {
        let opened: Unverified<B> = envelope
            .open()
            .map_err(|e| Refused::new(Check::Format, format!("a {}: {e}", B::KIND.as_str())))?;
        let bad = |reason: String| Refused::new(Check::Signature, reason);
        let predicate = opened.predicate();
        let key = key(&predicate.body, predicate.signer, self).map_err(bad)?;
        let verified = opened.verify(&key).map_err(|e| bad(e.to_string()))?;
        if let Some(certificate) = verified.certificate().and_then(|d| self.certificates.get(&d)) {
            let valid = certificate.body();
            let early = verified.issued_at().plus(CLOCK_SKEW) < valid.not_before;
            if early || verified.issued_at() >= valid.not_after {
                let kind = B::KIND.as_str();
                return Err(bad(format!(
                    "a {kind} was issued outside the validity of its signer's certificate"
                )));
            }
        }
        Ok(verified)
    }

    /// The person of a certificate.
    pub fn person(&self, certificate: &Digest) -> Option<Person> {
        self.certificates.get(certificate).map(|c| Person::of(c.body()))
    }

    /// The person who signed a statement.
    pub fn signer<B: Body>(&self, statement: &Verified<B>) -> Option<Person> {
        self.person(&statement.certificate()?)
    }

    /// The broker keys trusted.
    pub fn issuers(&self) -> &BTreeSet<PublicKey> {
        &self.issuers
    }
}
