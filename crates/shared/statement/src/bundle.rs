//! The bundle of a run: everything that `cloister verify` needs, in one file of strict JSON.
//!
//! A bundle proves nothing by itself; the crate `verify` reads it. Every byte of it matters: the text has one form, and
//! each field is signed, hashed into something signed, or compared with it.

use cloister_model::Digest;
use serde::{Deserialize, Serialize};

use crate::{
    binary::Base64,
    envelope::Envelope,
    json::{self, JsonError},
    predicate::Output,
};

/// A charter version with what its members said to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharterDoc {
    /// The charter.
    pub charter: Envelope,
    /// Acceptances of it.
    pub acceptances: Vec<Envelope>,
}

/// The broker's own evidence and its configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerEvidence {
    /// What the caller asked it to answer; 32 bytes.
    pub nonce: Digest,
    /// The exact bytes of its evidence with collateral, as the crate `attest` writes them.
    pub evidence: Base64,
    /// The exact bytes of its configuration.
    pub configuration: Base64,
}

/// An entry of the log with the proof that a checkpoint contains it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionDoc {
    /// The exact bytes of the entry.
    pub entry: Base64,
    /// Its index in the log.
    pub index: u64,
    /// The size of the tree that the checkpoint commits to.
    pub size: u64,
    /// The inclusion proof (RFC 6962), leaf side first.
    pub hashes: Vec<Digest>,
    /// The checkpoint, a signed note.
    pub checkpoint: String,
}

/// The bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// 1.
    pub format: u32,
    /// The workspace: the digest of its first charter.
    pub genesis: Digest,
    /// Certificates of everyone who signed or is named.
    pub certificates: Vec<Envelope>,
    /// Revocations of certificates known when exported.
    pub revoked_certificates: Vec<Envelope>,
    /// Charters, version 1 first.
    pub charters: Vec<CharterDoc>,
    /// Suspensions.
    pub suspensions: Vec<Envelope>,
    /// Manifests.
    pub manifests: Vec<Envelope>,
    /// Grants.
    pub grants: Vec<Envelope>,
    /// The spec.
    pub spec: Envelope,
    /// Reviews of it.
    pub reviews: Vec<Envelope>,
    /// Withdrawals of it or its reviews.
    pub withdrawals: Vec<Envelope>,
    /// The run request.
    pub request: Envelope,
    /// The broker's challenge.
    pub challenge: Envelope,
    /// The worker's transcript.
    pub transcript: Base64,
    /// The exact bytes of the worker's evidence with collateral, as the crate `attest` writes them; the release record
    /// names their SHA-256.
    pub evidence: Base64,
    /// The broker's evidence and configuration.
    pub broker: BrokerEvidence,
    /// Release records of the run, at most two.
    pub releases: Vec<Envelope>,
    /// The receipt.
    pub receipt: Envelope,
    /// Acknowledgements of restricting statements.
    pub acknowledgements: Vec<Envelope>,
    /// Log entries with their proofs; the release record's among them.
    pub inclusions: Vec<InclusionDoc>,
    /// The sealed outputs, as downloaded.
    pub results: Vec<Output>,
}

impl Bundle {
    /// The format of this release.
    pub const FORMAT: u32 = 1;
    /// The most bytes of a bundle.
    pub const MAX: usize = 64 << 20;

    /// Reads a bundle's one encoding. Proves nothing but form.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        json::decode(bytes.strip_suffix(b"\n").unwrap_or(bytes), Self::MAX, 32)
    }

    /// The one encoding.
    pub fn encode(&self) -> Result<Vec<u8>, JsonError> {
        json::encode(self)
    }
}
