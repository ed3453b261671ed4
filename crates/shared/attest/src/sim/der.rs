//! As much DER as a simulated certificate needs.

use aws_lc_rs::rsa::KeyPair;
use cloister_model::Timestamp;
use x509_cert::der::{
    DateTime, Encode,
    asn1::{GeneralizedTime, ObjectIdentifier},
};

use super::{SimError, rsa_sign};
use crate::x509::oid as ids;

/// A tag, the length, the content.
pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 128 => out.push(short),
        Ok(byte) => out.extend([0x81, byte]),
        Err(_) => {
            let bytes = content.len().to_be_bytes();
            out.push(0x82);
            out.extend(&bytes[bytes.len() - 2..]);
        }
    }
    out.extend(content);
    out
}

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

pub(super) fn oid(text: &str) -> Vec<u8> {
    tlv(6, ObjectIdentifier::new_unwrap(text).as_bytes())
}

pub(super) fn bits(content: &[u8]) -> Vec<u8> {
    tlv(3, &[&[0], content].concat())
}

pub(super) fn number(value: u8) -> Vec<u8> {
    if value < 128 { tlv(2, &[value]) } else { tlv(2, &[0, value]) }
}

fn name(common: &str) -> Vec<u8> {
    let attribute = sequence(&[oid("2.5.4.3"), tlv(0x0c, common.as_bytes())]);
    sequence(&[tlv(0x31, &attribute)])
}

fn time(at: Timestamp) -> Result<Vec<u8>, SimError> {
    let bad = |_| SimError::Crypto("write a date");
    let seconds = std::time::Duration::from_secs(u64::try_from(at.seconds()).unwrap_or(0));
    let date = DateTime::from_unix_duration(seconds).map_err(bad)?;
    if date.year() >= 2050 {
        return GeneralizedTime::from_date_time(date).to_der().map_err(bad);
    }
    let text = format!(
        "{:02}{:02}{:02}{:02}{:02}{:02}Z",
        date.year() % 100,
        date.month(),
        date.day(),
        date.hour(),
        date.minutes(),
        date.seconds()
    );
    Ok(tlv(0x17, text.as_bytes()))
}

/// RSASSA-PSS, SHA-384, MGF1 with SHA-384, salt of 48 bytes.
fn pss() -> Vec<u8> {
    let sha384 = sequence(&[oid("2.16.840.1.101.3.4.2.2")]);
    let mgf = sequence(&[oid("1.2.840.113549.1.1.8"), sha384.clone()]);
    let parameters = sequence(&[tlv(0xa0, &sha384), tlv(0xa1, &mgf), tlv(0xa2, &number(48))]);
    sequence(&[oid(ids::RSASSA_PSS), parameters])
}

/// Who signs certificates.
pub(super) struct Issuer<'a> {
    pub(super) name: &'static str,
    pub(super) key: &'a KeyPair,
}

impl Issuer<'_> {
    /// A revocation list that names these serial numbers.
    pub(super) fn revoke(
        &self,
        serials: &[u8],
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<u8>, SimError> {
        let mut parts = vec![number(1), pss(), name(self.name), time(from)?, time(to)?];
        if !serials.is_empty() {
            let date = time(from)?;
            let revoked: Vec<_> =
                serials.iter().map(|serial| sequence(&[number(*serial), date.clone()])).collect();
            parts.push(sequence(&revoked));
        }
        let signed = sequence(&parts);
        let signature = rsa_sign(self.key, &signed)?;
        Ok(sequence(&[signed, pss(), bits(&signature)]))
    }

    /// A certificate for a key.
    pub(super) fn certify(
        &self,
        subject: &str,
        serial: u8,
        (from, to): (Timestamp, Timestamp),
        key: &[u8],
        extensions: &[(&'static str, Vec<u8>)],
    ) -> Result<Vec<u8>, SimError> {
        let mut parts = vec![
            tlv(0xa0, &number(2)),
            number(serial),
            pss(),
            name(self.name),
            sequence(&[time(from)?, time(to)?]),
            name(subject),
            key.to_vec(),
        ];
        if !extensions.is_empty() {
            let all: Vec<_> =
                extensions.iter().map(|(id, value)| sequence(&[oid(id), tlv(4, value)])).collect();
            parts.push(tlv(0xa3, &sequence(&all)));
        }
        let signed = sequence(&parts);
        let signature = rsa_sign(self.key, &signed)?;
        Ok(sequence(&[signed, pss(), bits(&signature)]))
    }
}
