//! What AMD writes into certificates of its chips: TCB and chip.

use x509_cert::der::Decode;

use crate::{TcbFloor, x509::Certificate};

/// Object identifiers of AMD's extensions.
pub(crate) mod oid {
    pub(crate) const BOOTLOADER: &str = "1.3.6.1.4.1.3704.1.3.1";
    pub(crate) const TEE: &str = "1.3.6.1.4.1.3704.1.3.2";
    pub(crate) const SNP: &str = "1.3.6.1.4.1.3704.1.3.3";
    pub(crate) const MICROCODE: &str = "1.3.6.1.4.1.3704.1.3.8";
    pub(crate) const FMC: &str = "1.3.6.1.4.1.3704.1.3.9";
    pub(crate) const CHIP: &str = "1.3.6.1.4.1.3704.1.4";
}

fn number(certificate: &Certificate, wanted: &str) -> Result<u8, String> {
    let bytes = certificate
        .extension(wanted)
        .ok_or_else(|| format!("the {} has no TCB extension {wanted}", certificate.name()))?;
    u8::from_der(bytes).map_err(|_| format!("TCB extension {wanted} is no number"))
}

/// The TCB that the key is derived from.
pub(super) fn tcb(certificate: &Certificate) -> Result<TcbFloor, String> {
    let fmc = if certificate.extension(oid::FMC).is_some() { number(certificate, oid::FMC)? } else { 0 };
    Ok(TcbFloor {
        fmc,
        bootloader: number(certificate, oid::BOOTLOADER)?,
        tee: number(certificate, oid::TEE)?,
        snp: number(certificate, oid::SNP)?,
        microcode: number(certificate, oid::MICROCODE)?,
    })
}

/// The chip's id: 64 bytes, or 8 since Turin; absent from keys that no single chip holds (VLEK).
pub(super) fn chip(certificate: &Certificate) -> Option<&[u8]> {
    let bytes = certificate.extension(oid::CHIP)?;
    match bytes {
        [4, 64, id @ ..] if id.len() == 64 => Some(id),
        [4, 8, id @ ..] if id.len() == 8 => Some(id),
        plain => Some(plain),
    }
}
