//! Evidence as tools write it to files: raw or hexadecimal, framed or not, certificates in PEM or DER.

use x509_cert::{
    Certificate as X509,
    der::{Decode, Encode},
    name::Name,
};

use crate::{Evidence, TeeKind, nitro, snp};

/// Where a report lies in what carries it: alone, behind a length, behind the firmware's response header.
const REPORT_AT: [usize; 3] = [0, 4, 32];

/// Evidence of a kind from a file, with the certificates and collateral of other files.
pub fn from_files(
    tee: TeeKind,
    evidence: &[u8],
    certificates: &[Vec<u8>],
    collateral: Vec<Vec<u8>>,
) -> Result<Evidence, String> {
    if let Ok(mut read) = Evidence::from_bytes(evidence) {
        if read.tee != tee {
            return Err(format!("the file holds evidence of another kind than {}", tee.word()));
        }
        if !certificates.is_empty() {
            return Err("the file brings its own certificates: give no others beside it".into());
        }
        read.collateral.extend(collateral);
        return Ok(read);
    }
    let bytes = unhex(evidence);
    let mut read = Vec::new();
    for file in certificates {
        read.extend(certificates_of(file)?);
    }
    let (report, certificates) = match tee {
        TeeKind::Snp | TeeKind::Sim => (report_in(&bytes)?.to_vec(), amd_chain(&read)?),
        TeeKind::Tdx | TeeKind::Sgx => (bytes, read),
        TeeKind::Nitro => {
            (nitro::unframed(&bytes).ok_or("the file holds no attestation document")?.to_vec(), read)
        }
    };
    Ok(Evidence { tee, report, certificates, collateral })
}

/// What hexadecimal digits say, if it is nothing else.
fn unhex(bytes: &[u8]) -> Vec<u8> {
    let text: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    hex::decode(&text).unwrap_or_else(|_| bytes.to_vec())
}

fn report_in(bytes: &[u8]) -> Result<&[u8], String> {
    let fits =
        |at: &usize| bytes.get(*at..at + snp::LENGTH).filter(|report| snp::Report::parse(report).is_ok());
    REPORT_AT
        .iter()
        .find_map(fits)
        // As it is: reading it says what is wrong.
        .or_else(|| bytes.get(..snp::LENGTH).filter(|_| bytes.len() == snp::LENGTH))
        .ok_or_else(|| format!("the file holds no report of {} bytes", snp::LENGTH))
}

/// The certificates of a file: a chain in PEM, or one in DER.
pub fn certificates_of(bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    if bytes.starts_with(b"-----BEGIN") {
        let chain = X509::load_pem_chain(bytes).map_err(|e| format!("a certificate cannot be read: {e}"))?;
        return chain.iter().map(|one| one.to_der().map_err(|e| e.to_string())).collect();
    }
    Ok(vec![bytes.to_vec()])
}

/// AMD's certificates in the order of [`Evidence::certificates`]: the chip's, the intermediate, the root. They are found
/// by whom they name, and else by their place in a chain: whether one signed the other is for the appraisal.
pub fn amd_chain(certificates: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, String> {
    let read = certificates.iter().map(|der| Named::read(der)).collect::<Result<Vec<_>, _>>()?;
    let leaf = read
        .iter()
        .find(|one| {
            !one.is_root() && !read.iter().any(|below| !below.is_root() && below.issuer == one.subject)
        })
        .ok_or("none of the certificates is a chip's")?;
    let middle = read
        .iter()
        .find(|one| one.subject == leaf.issuer)
        .or_else(|| only(read.iter().filter(|one| !one.is_root() && one.der != leaf.der)))
        .ok_or("the certificate that issued the chip's is missing (ASK or ASVK)")?;
    let root = read
        .iter()
        .find(|one| one.subject == middle.issuer)
        .or_else(|| only(read.iter().filter(|one| one.is_root())))
        .ok_or("the root certificate is missing (ARK)")?;
    Ok([leaf, middle, root].map(|one| one.der.to_vec()).into())
}

/// The one item, if it is one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    if items.next().is_some() { None } else { Some(first) }
}

/// A certificate by the names in it.
struct Named<'a> {
    der: &'a [u8],
    subject: Name,
    issuer: Name,
}

impl<'a> Named<'a> {
    fn read(der: &'a [u8]) -> Result<Self, String> {
        let x509 = X509::from_der(der).map_err(|e| format!("a certificate cannot be read: {e}"))?;
        let tbs = x509.tbs_certificate();
        Ok(Self { der, subject: tbs.subject().clone(), issuer: tbs.issuer().clone() })
    }

    fn is_root(&self) -> bool {
        self.subject == self.issuer
    }
}
