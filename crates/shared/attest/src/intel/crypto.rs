//! The primitives `dcap-qvl` verifies with: those of aws-lc, as everywhere here.

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey},
};
use dcap_qvl::{
    config::{Config, CryptoProvider},
    signature::DerSigEncoder,
    x509::X509CertBackend,
};
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};

/// The library's own parsers, with these primitives.
pub(super) struct Audited;

impl Config for Audited {
    type X509 = X509CertBackend;
    type SigEncoder = DerSigEncoder;
    type Crypto = Primitives;
}

/// ECDSA P-256, SHA-256 and SHA-384.
pub(super) struct Primitives;

impl CryptoProvider for Primitives {
    fn sig_algo() -> &'static dyn SignatureVerificationAlgorithm {
        &EcdsaP256
    }

    fn sha256(data: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(digest(&SHA256, data).as_ref());
        out
    }

    fn sha384(data: &[u8]) -> [u8; 48] {
        crate::sha384(data)
    }
}

#[derive(Debug)]
struct EcdsaP256;

impl SignatureVerificationAlgorithm for EcdsaP256 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public_key)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P256
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_SHA256
    }
}
