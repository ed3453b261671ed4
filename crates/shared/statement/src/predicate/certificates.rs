//! Member certificates: request, vouch, certificate, revocation, recovery.

use cloister_model::{Digest, Email, IdentityStrength, OrgId, OrgName, Timestamp};
use serde::{Deserialize, Serialize};

use super::PublicKey;

/// How the member enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// From a command line, SDK or other program of the member's own.
    Native,
    /// From the console, whose code the server serves.
    Console,
}

/// A person asks for a certificate. A first request is signed by the new signing key itself (signer: key); a renewal
/// by the old certificate (signer: certificate) and then replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateRequest {
    /// The person's organisation.
    pub organisation: OrgId,
    /// Who says who the person is: an OIDC issuer, or `local`.
    pub issuer: String,
    /// The person at the issuer; for `local`, the user id.
    pub subject: String,
    /// A way to reach the person.
    pub email: Email,
    /// The new Ed25519 signing key.
    pub signing_key: PublicKey,
    /// The new X25519 age recipient, `age1...`.
    pub age_recipient: String,
    /// How the member enrols.
    pub channel: Channel,
    /// For a renewal: the certificate replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Digest>,
}

/// The server vouches for a local account; signed by the vouching key that the broker's configuration names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vouch {
    /// The person's organisation.
    pub organisation: OrgId,
    /// Its name.
    pub organisation_name: OrgName,
    /// The user id, as in the request's `subject`.
    pub subject: String,
    /// The address.
    pub email: Email,
    /// The new signing key.
    pub signing_key: PublicKey,
    /// The new age recipient.
    pub age_recipient: String,
}

/// The broker certifies a member's keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The person's organisation.
    pub organisation: OrgId,
    /// Its name when issued.
    pub organisation_name: OrgName,
    /// Who says who the person is.
    pub issuer: String,
    /// The person at the issuer. (issuer, subject) is the person.
    pub subject: String,
    /// A way to reach the person.
    pub email: Email,
    /// The signing key certified.
    pub signing_key: PublicKey,
    /// The age recipient certified.
    pub age_recipient: String,
    /// How the member enrolled.
    pub channel: Channel,
    /// How the person was identified.
    pub identity: IdentityStrength,
    /// Valid from this moment.
    pub not_before: Timestamp,
    /// Not valid from this moment on.
    pub not_after: Timestamp,
    /// The request certified.
    pub request: Digest,
    /// The certificate replaced, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Digest>,
}

/// A certificate ends. Signed by its holder, or (two such statements) by two recoverers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateRevocation {
    /// The certificate.
    pub certificate: Digest,
}

/// A recoverer agrees that a person's lost certificate gives way to new keys. Two statements with equal bodies by two
/// recoverers named in a charter that lists the person are needed; in force 24 h after they are logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// The lost certificate.
    pub certificate: Digest,
    /// The request by the new key.
    pub request: Digest,
    /// The charter that names the recoverers.
    pub charter: Digest,
}
