//! X.509 as vendors of TEEs use it: RSA-PSS or ECDSA P-384, both with SHA-384. What the libraries leave to the caller is
//! here: who signed whom, dates, revocation.

use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_FIXED, RSA_PSS_2048_8192_SHA384, UnparsedPublicKey,
    VerificationAlgorithm,
};
use cloister_model::Timestamp;
use x509_cert::{
    Certificate as X509,
    crl::CertificateList,
    der::{Decode, Encode, Reader, SliceReader, asn1::ObjectIdentifier},
    ext::pkix::BasicConstraints,
    time::Time,
};

/// Object identifiers of the algorithms.
pub(crate) mod oid {
    pub(crate) const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
    pub(crate) const RSA: &str = "1.2.840.113549.1.1.1";
    pub(crate) const EC: &str = "1.2.840.10045.2.1";
    pub(crate) const ECDSA_SHA384: &str = "1.2.840.10045.4.3.3";
    pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
}

/// How one vendor's certificates are signed.
#[derive(Clone, Copy)]
pub(crate) enum Scheme {
    /// AMD: RSA-PSS with SHA-384.
    RsaPss,
    /// AWS: ECDSA P-384 with SHA-384.
    Ecdsa,
}

impl Scheme {
    fn identifiers(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::RsaPss => (oid::RSASSA_PSS, oid::RSA, "RSA-PSS"),
            Self::Ecdsa => (oid::ECDSA_SHA384, oid::EC, "ECDSA P-384 and SHA-384"),
        }
    }

    fn algorithm(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::RsaPss => &RSA_PSS_2048_8192_SHA384,
            Self::Ecdsa => &ECDSA_P384_SHA384_ASN1,
        }
    }
}

/// A decoded certificate with the exact bytes that its issuer signed.
pub(crate) struct Certificate {
    x509: X509,
    signed: Vec<u8>,
    name: &'static str,
}

/// The first of the three parts of what X.509 signs: its exact bytes.
fn signed_part(der: &[u8]) -> Result<Vec<u8>, x509_cert::der::Error> {
    SliceReader::new(der)?.sequence(|inner| {
        let signed = inner.tlv_bytes()?.to_vec();
        inner.tlv_bytes()?;
        inner.tlv_bytes()?;
        Ok::<_, x509_cert::der::Error>(signed)
    })
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.seconds()).unwrap_or(0)
}

/// Whether a moment is within two others, both included.
pub(crate) fn within(what: &str, from: Time, to: Option<Time>, at: Timestamp) -> Result<(), String> {
    if seconds(at) < from.to_unix_duration().as_secs() {
        return Err(format!("{what} is not valid before {from}"));
    }
    match to {
        Some(to) if seconds(at) > to.to_unix_duration().as_secs() => Err(format!("{what} expired at {to}")),
        Some(_) | None => Ok(()),
    }
}

impl Certificate {
    /// Decodes DER; `name` is used in reasons.
    pub(crate) fn decode(der: &[u8], name: &'static str) -> Result<Self, String> {
        let bad = |e: x509_cert::der::Error| format!("the {name} certificate cannot be read: {e}");
        let x509 = X509::from_der(der).map_err(bad)?;
        Ok(Self { x509, signed: signed_part(der).map_err(bad)?, name })
    }

    /// Refuses a moment outside the validity.
    pub(crate) fn in_dates(&self, at: Timestamp) -> Result<(), String> {
        let validity = self.x509.tbs_certificate().validity();
        within(&format!("the {} certificate", self.name), validity.not_before, Some(validity.not_after), at)
    }

    /// Refuses unless `issuer` signed this certificate by the scheme and is named in it.
    pub(crate) fn issued_by(&self, issuer: &Self, scheme: Scheme) -> Result<(), String> {
        let (mine, theirs) = (self.x509.tbs_certificate(), issuer.x509.tbs_certificate());
        let (algorithm, key, words) = scheme.identifiers();
        let algorithm = ObjectIdentifier::new_unwrap(algorithm);
        if self.x509.signature_algorithm().oid != algorithm
            || mine.signature() != self.x509.signature_algorithm()
        {
            return Err(format!("the {} certificate is not signed by {words}", self.name));
        }
        if mine.issuer() != theirs.subject() {
            return Err(format!(
                "the {} certificate names another issuer than the {}",
                self.name, issuer.name
            ));
        }
        let key = issuer.public_key(key)?;
        let signature = self.x509.signature().raw_bytes();
        UnparsedPublicKey::new(scheme.algorithm(), key)
            .verify(&self.signed, signature)
            .map_err(|_| format!("the {} certificate is not signed by the {}", self.name, issuer.name))
    }

    /// Refuses a certificate that may not sign others.
    pub(crate) fn may_issue(&self) -> Result<(), String> {
        let found = self.extension(oid::BASIC_CONSTRAINTS);
        let constraints = found.and_then(|bytes| BasicConstraints::from_der(bytes).ok());
        match constraints {
            Some(constraints) if constraints.ca => Ok(()),
            Some(_) | None => Err(format!("the {} certificate may not sign others", self.name)),
        }
    }

    /// Refuses unless this certificate's P-384 key made the signature (r and s, big-endian) over `message`.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8; 96], what: &str) -> Result<(), String> {
        let key = self.public_key(oid::EC)?;
        UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, key)
            .verify(message, signature)
            .map_err(|_| format!("the {what} is not signed by the {} certificate", self.name))
    }

    fn public_key(&self, algorithm: &str) -> Result<&[u8], String> {
        let info = self.x509.tbs_certificate().subject_public_key_info();
        if info.algorithm.oid != ObjectIdentifier::new_unwrap(algorithm) {
            return Err(format!("the {} certificate has another kind of key than it should", self.name));
        }
        Ok(info.subject_public_key.raw_bytes())
    }

    /// The contents of the one extension of a kind.
    pub(crate) fn extension(&self, wanted: &str) -> Option<&[u8]> {
        let wanted = ObjectIdentifier::new_unwrap(wanted);
        let extensions = self.x509.tbs_certificate().extensions()?;
        let mut found = extensions.iter().filter(|e| e.extn_id == wanted);
        let one = found.next()?;
        // Two extensions of one kind: which counts would be our choice, so neither does.
        if found.next().is_some() { None } else { Some(one.extn_value.as_bytes()) }
    }

    /// Whether subject and issuer are the same name.
    pub(crate) fn is_self_named(&self) -> bool {
        let tbs = self.x509.tbs_certificate();
        tbs.subject().to_der().is_ok_and(|mine| tbs.issuer().to_der().is_ok_and(|theirs| mine == theirs))
    }

    /// What it is called in reasons.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

/// A decoded revocation list with the exact bytes that its issuer signed.
pub(crate) struct RevocationList {
    list: CertificateList,
    signed: Vec<u8>,
}

impl RevocationList {
    /// Decodes DER.
    pub(crate) fn decode(der: &[u8]) -> Result<Self, String> {
        let bad = |e: x509_cert::der::Error| format!("a revocation list cannot be read: {e}");
        let list = CertificateList::from_der(der).map_err(bad)?;
        Ok(Self { list, signed: signed_part(der).map_err(bad)? })
    }

    /// When it was made and until when it counts.
    pub(crate) fn in_dates(&self, at: Timestamp) -> Result<(), String> {
        let tbs = &self.list.tbs_cert_list;
        within("the revocation list", tbs.this_update, tbs.next_update, at)
    }

    /// Refuses unless `issuer` signed it by the scheme and is named in it.
    pub(crate) fn issued_by(&self, issuer: &Certificate, scheme: Scheme) -> Result<(), String> {
        let (algorithm, key, _) = scheme.identifiers();
        let named = self.list.tbs_cert_list.issuer == *issuer.x509.tbs_certificate().subject();
        let same = self.list.signature_algorithm.oid == ObjectIdentifier::new_unwrap(algorithm)
            && self.list.tbs_cert_list.signature == self.list.signature_algorithm;
        let key = issuer.public_key(key)?;
        let signed = UnparsedPublicKey::new(scheme.algorithm(), key)
            .verify(&self.signed, self.list.signature.raw_bytes())
            .is_ok();
        if named && same && signed {
            Ok(())
        } else {
            Err(format!("the revocation list is not signed by the {}", issuer.name))
        }
    }

    /// Refuses a certificate of this list's issuer that it names.
    pub(crate) fn revokes(&self, certificate: &Certificate) -> bool {
        let tbs = certificate.x509.tbs_certificate();
        let listed = self.list.tbs_cert_list.revoked_certificates.iter().flatten();
        *tbs.issuer() == self.list.tbs_cert_list.issuer
            && listed.into_iter().any(|revoked| revoked.serial_number == *tbs.serial_number())
    }
}
