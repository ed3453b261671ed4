//! Simulated TEEs: a development root, chip certificates, reports in the real format.
//!
//! Proves nothing about hardware. The root is made once per installation; whoever reads its file can make any evidence
//! under it. Key generation and signatures draw randomness from `aws-lc-rs` itself.

mod der;

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PSS_SHA384},
};
use cloister_model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    Evidence, TcbFloor, TeeKind,
    snp::{offset, oid},
    x509::oid as keys,
};

/// Whose word a revocation list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Above {
    /// The root's (ARK).
    Root,
    /// The intermediate's (ASK).
    Intermediate,
}

/// Why simulated evidence could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The library refused.
    #[error("the simulated TEE could not {0}")]
    Crypto(&'static str),
    /// The stored root cannot be read.
    #[error("the development root cannot be read: {0}")]
    Stored(String),
}

/// What a simulated platform says of itself. The default is a good platform.
#[derive(Clone, Debug)]
pub struct Platform {
    /// Privilege level that asked for the report.
    pub vmpl: u32,
    /// The guest policy.
    pub policy: u64,
    /// The reported and committed TCB.
    pub tcb: TcbFloor,
    /// The chip of the report.
    pub chip: [u8; 64],
    /// The chip of the certificate.
    pub certified_chip: [u8; 64],
}

impl Platform {
    /// Guest policy: multi-threading allowed, the bit that is always one.
    pub const POLICY: u64 = 0x3_0000;
    /// The policy bit that allows debugging.
    pub const DEBUG: u64 = 1 << 19;
    /// The policy bit that allows migration.
    pub const MIGRATION: u64 = 1 << 18;
}

impl Default for Platform {
    fn default() -> Self {
        let tcb = TcbFloor { fmc: 0, bootloader: 4, tee: 0, snp: 24, microcode: 219 };
        Self { vmpl: 0, policy: Self::POLICY, tcb, chip: [0x5a; 64], certified_chip: [0x5a; 64] }
    }
}

/// A development root: two RSA keys and their certificates.
pub struct DevelopmentRoot {
    ark: KeyPair,
    ask: KeyPair,
    ark_certificate: Vec<u8>,
    ask_certificate: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    simulated: bool,
    ark_pkcs8: String,
    ask_pkcs8: String,
    ark_certificate: String,
    ask_certificate: String,
}

const CRYPTO: fn(&'static str) -> SimError = SimError::Crypto;

impl DevelopmentRoot {
    /// Makes a root, valid for ten years from a day before `at`. Takes about a second: once per installation.
    pub fn generate(at: Timestamp) -> Result<Self, SimError> {
        let key = || KeyPair::generate(KeySize::Rsa2048).map_err(|_| CRYPTO("make an RSA key"));
        let (ark, ask) = (key()?, key()?);
        let span = (at.plus(Duration::days(-1)), at.plus(Duration::days(3650)));
        let above = der::Issuer { name: "ARK-Simulated", key: &ark };
        let root = above.certify("ARK-Simulated", 1, span, &rsa_info(&ark), &[])?;
        let below = above.certify("SEV-Simulated", 2, span, &rsa_info(&ask), &[])?;
        Ok(Self { ark, ask, ark_certificate: root, ask_certificate: below })
    }

    /// The root's certificate: what a `TrustRoots` takes.
    pub fn certificate(&self) -> &[u8] {
        &self.ark_certificate
    }

    /// The secret file's content.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, SimError> {
        let secret = |key: &KeyPair| {
            AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(key)
                .map(|der| hex::encode(der.as_ref()))
                .map_err(|_| CRYPTO("encode an RSA key"))
        };
        let stored = Stored {
            simulated: true,
            ark_pkcs8: secret(&self.ark)?,
            ask_pkcs8: secret(&self.ask)?,
            ark_certificate: hex::encode(&self.ark_certificate),
            ask_certificate: hex::encode(&self.ask_certificate),
        };
        serde_json::to_vec(&stored).map(Zeroizing::new).map_err(|e| SimError::Stored(e.to_string()))
    }

    /// Reads [`DevelopmentRoot::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SimError> {
        let stored: Stored = serde_json::from_slice(bytes).map_err(|e| SimError::Stored(e.to_string()))?;
        let plain =
            |text: &str| hex::decode(text).map(Zeroizing::new).map_err(|e| SimError::Stored(e.to_string()));
        let key = |text: &str| {
            KeyPair::from_pkcs8(&plain(text)?)
                .map_err(|e| SimError::Stored(format!("an RSA key was refused: {e}")))
        };
        Ok(Self {
            ark: key(&stored.ark_pkcs8)?,
            ask: key(&stored.ask_pkcs8)?,
            ark_certificate: plain(&stored.ark_certificate)?.to_vec(),
            ask_certificate: plain(&stored.ask_certificate)?.to_vec(),
        })
    }

    /// Evidence of a good platform for this measurement and report data.
    pub fn attest(
        &self,
        measurement: [u8; 48],
        report_data: [u8; 64],
        now: Timestamp,
    ) -> Result<Evidence, SimError> {
        self.attest_on(&Platform::default(), measurement, report_data, now)
    }

    /// Evidence of a platform that says of itself what you want.
    pub fn attest_on(
        &self,
        platform: &Platform,
        measurement: [u8; 48],
        report_data: [u8; 64],
        now: Timestamp,
    ) -> Result<Evidence, SimError> {
        let chip = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)
            .map_err(|_| CRYPTO("make a chip key"))?;
        let span = (now.plus(Duration::days(-1)), now.plus(Duration::days(365)));
        let issuer = der::Issuer { name: "SEV-Simulated", key: &self.ask };
        let vcek = issuer.certify("SEV-VCEK", 3, span, &ec_info(&chip), &extensions(platform))?;
        let mut report = unsigned(platform, measurement, report_data);
        sign(&chip, &mut report)?;
        let certificates = vec![vcek, self.ask_certificate.clone(), self.ark_certificate.clone()];
        Ok(Evidence { tee: TeeKind::Sim, report, certificates, collateral: Vec::new() })
    }

    /// A revocation list by the root, or by what stands below it, that names serial numbers: 2 is the intermediate's, 3
    /// each chip's.
    pub fn revocation_list(
        &self,
        by: Above,
        serials: &[u8],
        span: (Timestamp, Timestamp),
    ) -> Result<Vec<u8>, SimError> {
        let issuer = match by {
            Above::Root => der::Issuer { name: "ARK-Simulated", key: &self.ark },
            Above::Intermediate => der::Issuer { name: "SEV-Simulated", key: &self.ask },
        };
        issuer.revoke(serials, span)
    }
}

fn rsa_info(key: &KeyPair) -> Vec<u8> {
    let algorithm = der::sequence(&[der::oid(keys::RSA), der::tlv(5, &[])]);
    der::sequence(&[algorithm, der::bits(key.public_key().as_ref())])
}

fn ec_info(key: &EcdsaKeyPair) -> Vec<u8> {
    let algorithm = der::sequence(&[der::oid(keys::EC), der::oid("1.3.132.0.34")]);
    der::sequence(&[algorithm, der::bits(key.public_key().as_ref())])
}

fn extensions(platform: &Platform) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        (oid::BOOTLOADER, der::number(platform.tcb.bootloader)),
        (oid::TEE, der::number(platform.tcb.tee)),
        (oid::SNP, der::number(platform.tcb.snp)),
        (oid::MICROCODE, der::number(platform.tcb.microcode)),
        (oid::CHIP, platform.certified_chip.to_vec()),
    ]
}

fn unsigned(platform: &Platform, measurement: [u8; 48], report_data: [u8; 64]) -> Vec<u8> {
    let mut report = vec![0; offset::LENGTH];
    let tcb = platform.tcb;
    let tcb = [tcb.bootloader, tcb.tee, 0, 0, 0, 0, tcb.snp, tcb.microcode];
    let mut put = |at: usize, bytes: &[u8]| report[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &3u32.to_le_bytes());
    put(offset::POLICY, &platform.policy.to_le_bytes());
    put(offset::VMPL, &platform.vmpl.to_le_bytes());
    put(offset::SIGNATURE_ALGORITHM, &1u32.to_le_bytes());
    put(0x38, &tcb);
    put(offset::REPORT_DATA, &report_data);
    put(offset::MEASUREMENT, &measurement);
    put(offset::REPORTED_TCB, &tcb);
    put(0x188, &[25, 1, 1]); // family, model, stepping of a Milan
    put(offset::CHIP_ID, &platform.chip);
    put(offset::COMMITTED_TCB, &tcb);
    put(0x1F0, &tcb);
    report
}

fn sign(chip: &EcdsaKeyPair, report: &mut [u8]) -> Result<(), SimError> {
    let signature =
        chip.sign(&SystemRandom::new(), &report[..offset::SIGNATURE]).map_err(|_| CRYPTO("sign a report"))?;
    for (half, number) in signature.as_ref().chunks(48).enumerate() {
        let little: Vec<u8> = number.iter().rev().copied().collect();
        let at = offset::SIGNATURE + half * 72;
        report[at..at + 48].copy_from_slice(&little);
    }
    Ok(())
}

fn rsa_sign(key: &KeyPair, message: &[u8]) -> Result<Vec<u8>, SimError> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PSS_SHA384, &SystemRandom::new(), message, &mut signature)
        .map_err(|_| CRYPTO("sign a certificate"))?;
    Ok(signature)
}
