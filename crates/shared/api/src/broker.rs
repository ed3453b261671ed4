//! What the key broker is asked, by workers directly and by the server as a pipe. The broker dials nobody.
//!
//! Refusals are `403 {"check", "reason"}`; malformed input 400, unknown sessions and runs 404, conflicts 409, not yet
//! anchored or out of order 503: the same shape, `check` absent where no check refused.

use cloister_model::{Digest, RunId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Envelope;

/// Why the broker did not do it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrokerProblem {
    /// The named check that refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// Why.
    pub reason: String,
}

/// `GET /v1/identity`: what a charter names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Ed25519 key.
    #[schema(value_type = String)]
    pub signing_key: Digest,
    /// HPKE key (X25519).
    #[schema(value_type = String)]
    pub sealing_key: Digest,
    /// Launch measurement, 96 hexadecimal digits.
    pub measurement: String,
    /// SHA-256 of the configuration's exact bytes.
    #[schema(value_type = String)]
    pub configuration: Digest,
    /// Its sequence number now.
    pub sequence: u64,
    /// Head of its hash chain now.
    #[schema(value_type = String)]
    pub state: Digest,
    /// Whether it serves, or still waits for its newest logged record.
    pub anchored: bool,
}

/// `POST /v1/evidence`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRequest {
    /// 32 random bytes of the caller.
    #[schema(value_type = String)]
    pub nonce: Digest,
}

/// The broker proves itself to the caller's nonce.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceResponse {
    /// The nonce answered.
    #[schema(value_type = String)]
    pub nonce: Digest,
    /// The broker.
    pub identity: Identity,
    /// Evidence with collateral, base64 of the exact bytes the crate `attest` writes.
    pub evidence: String,
    /// The configuration's exact bytes, base64.
    pub configuration: String,
}

/// `POST /v1/anchor`: the newest record of this broker in the log, carried by the server at start.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The newest release record or acknowledgement that the log holds; absent when it holds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Envelope>,
}

/// `POST /v1/certificates`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateOrder {
    /// The signed request.
    pub request: Envelope,
    /// The server's vouch, for a local account.
    pub vouch: Envelope,
    /// What the request leans on: two recovery statements with the charters and certificates that make them count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supporting: Vec<Envelope>,
}

/// A signed certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateIssued {
    /// The certificate statement.
    pub certificate: Envelope,
}

/// `POST /v1/statements`: a restricting statement and what makes it count.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Restriction {
    /// The statement.
    pub statement: Envelope,
    /// Certificates, charters, acceptances and the statements it ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supporting: Vec<Envelope>,
}

/// The broker's answer, the same for the same statement.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledged {
    /// The acknowledgement statement.
    pub acknowledgement: Envelope,
}

/// `POST /v1/sessions`: a worker says hello.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The run.
    #[schema(value_type = String)]
    pub run: RunId,
    /// The spec.
    #[schema(value_type = String)]
    pub spec: Digest,
    /// The kind of TEE: `sim`, `snp`, `tdx`, `sgx`, `nitro`.
    pub tee: String,
}

/// The broker's challenge; its session id goes into the next paths.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Challenged {
    /// The signed challenge.
    pub challenge: Envelope,
}

/// `POST /v1/sessions/{session}/evidence`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The worker's fresh Ed25519 key.
    #[schema(value_type = String)]
    pub signing_key: Digest,
    /// The worker's fresh HPKE key.
    #[schema(value_type = String)]
    pub sealing_key: Digest,
    /// The environment digest the worker computed of itself.
    #[schema(value_type = String)]
    pub environment: Digest,
    /// Evidence with collateral, base64 of the exact bytes the crate `attest` writes.
    pub evidence: String,
    /// Every statement of the run.
    pub statements: Vec<Envelope>,
    /// Data keys sealed to this broker, by manifest digest (hexadecimal).
    #[schema(value_type = Object)]
    pub sealed_keys: std::collections::BTreeMap<Digest, serde_json::Value>,
}

/// The broker releases, once the record is in the log.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Released {
    /// The signed release record.
    pub record: Envelope,
}

/// `POST /v1/sessions/{session}/keys`: the record's place in the log.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeysRequest {
    /// Entry, proof and checkpoint: `Included` of the crate `audit`; the entry names the record's digest.
    #[schema(value_type = Object)]
    pub inclusion: serde_json::Value,
}

/// The data keys, sealed to the worker's HPKE key.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// By manifest digest: `{enc, ciphertext}` as the crate `statement` writes it.
    #[schema(value_type = Object)]
    pub keys: std::collections::BTreeMap<Digest, serde_json::Value>,
}

/// `POST /v1/runs/{run}/renew`: 204 while the keys may be held, 403 with the check when they must be wiped.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    /// The session that got the keys.
    #[schema(value_type = String)]
    pub session: Digest,
    /// The worker's Ed25519 signature (hexadecimal) over length-prefixed {"cloister/renew/v1", run id text, session, counter
    /// as 8 bytes big endian}.
    pub signature: String,
    /// Counts up, so that a signature counts once.
    pub counter: u64,
}

/// `POST /v1/runs/{run}/close` and `GET /v1/runs/{run}/receipt`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// The worker's signed receipt.
    pub receipt: Envelope,
}
