//! X.509 as AMD uses it: RSA-PSS with SHA-384 above, P-384 at the chip.

use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED, RSA_PSS_2048_8192_SHA384, UnparsedPublicKey};
use cloister_model::Timestamp;
use x509_cert::{
    Certificate as X509,
    der::{Decode, Encode, Reader, SliceReader, asn1::ObjectIdentifier},
};

use crate::TcbFloor;

/// Object identifiers of AMD's extensions and of the algorithms.
pub(crate) mod oid {
    pub(crate) const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
    pub(crate) const RSA: &str = "1.2.840.113549.1.1.1";
    pub(crate) const EC: &str = "1.2.840.10045.2.1";
    pub(crate) const BOOTLOADER: &str = "1.3.6.1.4.1.3704.1.3.1";
    pub(crate) const TEE: &str = "1.3.6.1.4.1.3704.1.3.2";
    pub(crate) const SNP: &str = "1.3.6.1.4.1.3704.1.3.3";
    pub(crate) const MICROCODE: &str = "1.3.6.1.4.1.3704.1.3.8";
    pub(crate) const FMC: &str = "1.3.6.1.4.1.3704.1.3.9";
    pub(crate) const CHIP: &str = "1.3.6.1.4.1.3704.1.4";
}

/// A decoded certificate with the exact bytes that its issuer signed.
pub(crate) struct Certificate {
    x509: X509,
    signed: Vec<u8>,
    name: &'static str,
}

impl Certificate {
    /// Decodes DER; `name` is used in reasons.
    pub(crate) fn decode(der: &[u8], name: &'static str) -> Result<Self, String> {
        let bad = |e: x509_cert::der::Error| format!("the {name} certificate cannot be read: {e}");
        let x509 = X509::from_der(der).map_err(bad)?;
        let mut reader = SliceReader::new(der).map_err(bad)?;
        let signed = reader
            .sequence(|inner| {
                let signed = inner.tlv_bytes()?.to_vec();
                inner.tlv_bytes()?;
                inner.tlv_bytes()?;
                Ok::<_, x509_cert::der::Error>(signed)
            })
            .map_err(bad)?;
        Ok(Self { x509, signed, name })
    }

    /// Refuses a moment outside the validity.
    pub(crate) fn in_dates(&self, at: Timestamp) -> Result<(), String> {
        let validity = self.x509.tbs_certificate().validity();
        let now = u64::try_from(at.seconds()).unwrap_or(0);
        let (from, to) = (validity.not_before.to_unix_duration(), validity.not_after.to_unix_duration());
        if now < from.as_secs() {
            return Err(format!("the {} certificate is not valid before {}", self.name, validity.not_before));
        }
        if now > to.as_secs() {
            return Err(format!("the {} certificate expired at {}", self.name, validity.not_after));
        }
        Ok(())
    }

    /// Refuses unless `issuer` signed this certificate by RSA-PSS with SHA-384 and is named in it.
    pub(crate) fn issued_by(&self, issuer: &Self) -> Result<(), String> {
        let (mine, theirs) = (self.x509.tbs_certificate(), issuer.x509.tbs_certificate());
        let pss = ObjectIdentifier::new_unwrap(oid::RSASSA_PSS);
        if self.x509.signature_algorithm().oid != pss || mine.signature() != self.x509.signature_algorithm() {
            return Err(format!("the {} certificate is not signed by RSA-PSS", self.name));
        }
        if mine.issuer() != theirs.subject() {
            return Err(format!(
                "the {} certificate names another issuer than the {}",
                self.name, issuer.name
            ));
        }
        let key = issuer.public_key(oid::RSA)?;
        let signature = self.x509.signature().raw_bytes();
        UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA384, key)
            .verify(&self.signed, signature)
            .map_err(|_| format!("the {} certificate is not signed by the {}", self.name, issuer.name))
    }

    /// Refuses unless this chip's key made the signature (r and s, big-endian) over `message`.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8; 96]) -> Result<(), String> {
        let key = self.public_key(oid::EC)?;
        UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, key)
            .verify(message, signature)
            .map_err(|_| "the report is not signed by the chip's certificate".to_owned())
    }

    fn public_key(&self, algorithm: &str) -> Result<&[u8], String> {
        let info = self.x509.tbs_certificate().subject_public_key_info();
        if info.algorithm.oid != ObjectIdentifier::new_unwrap(algorithm) {
            return Err(format!("the {} certificate has another kind of key than it should", self.name));
        }
        Ok(info.subject_public_key.raw_bytes())
    }

    fn extension(&self, wanted: &str) -> Option<&[u8]> {
        let wanted = ObjectIdentifier::new_unwrap(wanted);
        let extensions = self.x509.tbs_certificate().extensions()?;
        let mut found = extensions.iter().filter(|e| e.extn_id == wanted);
        let one = found.next()?;
        // Two extensions of one kind: which counts would be our choice, so neither does.
        if found.next().is_some() { None } else { Some(one.extn_value.as_bytes()) }
    }

    fn number(&self, wanted: &str) -> Result<u8, String> {
        let bytes = self
            .extension(wanted)
            .ok_or_else(|| format!("the {} has no TCB extension {wanted}", self.name))?;
        u8::from_der(bytes).map_err(|_| format!("TCB extension {wanted} is no number"))
    }

    /// The TCB that the chip's key is derived from.
    pub(crate) fn tcb(&self) -> Result<TcbFloor, String> {
        let fmc = if self.extension(oid::FMC).is_some() { self.number(oid::FMC)? } else { 0 };
        Ok(TcbFloor {
            fmc,
            bootloader: self.number(oid::BOOTLOADER)?,
            tee: self.number(oid::TEE)?,
            snp: self.number(oid::SNP)?,
            microcode: self.number(oid::MICROCODE)?,
        })
    }

    /// The chip's id: 64 bytes, or 8 since Turin; absent from keys that no single chip holds (VLEK).
    pub(crate) fn chip(&self) -> Option<&[u8]> {
        let bytes = self.extension(oid::CHIP)?;
        match bytes {
            [4, 64, id @ ..] if id.len() == 64 => Some(id),
            [4, 8, id @ ..] if id.len() == 8 => Some(id),
            plain => Some(plain),
        }
    }

    /// Whether subject and issuer are the same name.
    pub(crate) fn is_self_named(&self) -> bool {
        let tbs = self.x509.tbs_certificate();
        tbs.subject().to_der().is_ok_and(|mine| tbs.issuer().to_der().is_ok_and(|theirs| mine == theirs))
    }
}
