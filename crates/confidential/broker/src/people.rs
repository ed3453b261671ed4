//! Envelopes as they travel, and persons.

use cloister_model::Digest;
use cloister_statement::{
    Envelope,
    binary::{length_prefixed, sha256},
};

use crate::{BrokerError, Result};

/// Reads an envelope as it travels.
pub(crate) fn envelope(wire: &cloister_api::Envelope) -> Result<Envelope> {
    serde_json::from_value(wire.0.clone()).map_err(BrokerError::malformed)
}

/// Reads all of them.
pub(crate) fn envelopes(wires: &[cloister_api::Envelope]) -> Result<Vec<Envelope>> {
    wires.iter().map(envelope).collect()
}

/// Writes an envelope as it travels.
pub(crate) fn wire(envelope: &Envelope) -> Result<cloister_api::Envelope> {
    serde_json::to_value(envelope).map(cloister_api::Envelope).map_err(BrokerError::internal)
}

/// A person, never an e-mail: SHA-256 of (issuer, subject).
pub(crate) fn person(issuer: &str, subject: &str) -> Digest {
    sha256(&length_prefixed(&[issuer.as_bytes(), subject.as_bytes()]))
}
