//! What evidence commits to: a worker's transcript, a broker's keys and configuration, the environment of a job.

use cloister_model::{
    Digest, RunId,
    engine::{ENGINE_SEMANTICS, FUNCTIONS},
    ingest::INGEST_SEMANTICS,
};
use sha2::{Digest as _, Sha512};

use crate::{
    binary::{length_prefixed, sha256, split_length_prefixed},
    predicate::{EnvironmentKind, PublicKey},
};

/// Who proves itself in the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A worker that wants to run a job.
    Worker,
}

impl Role {
    /// Its word in the transcript.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Worker => "worker",
        }
    }
}

/// Everything a worker's evidence is bound to. The broker rebuilds it from its own values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// The payload bytes of the broker's challenge.
    pub challenge: Vec<u8>,
    /// Who proves itself.
    pub role: Role,
    /// The run.
    pub run: RunId,
    /// The spec.
    pub spec: Digest,
    /// The environment of the spec.
    pub environment: Digest,
    /// The worker's fresh Ed25519 key.
    pub signing_key: PublicKey,
    /// The worker's fresh HPKE key.
    pub sealing_key: PublicKey,
}

impl Transcript {
    /// The exact bytes.
    pub fn bytes(&self) -> Vec<u8> {
        length_prefixed(&[
            &self.challenge,
            self.role.as_str().as_bytes(),
            self.run.to_string().as_bytes(),
            self.spec.as_bytes(),
            self.environment.as_bytes(),
            self.signing_key.as_bytes(),
            self.sealing_key.as_bytes(),
        ])
    }

    /// The `report_data` that the evidence must carry, all 64 bytes.
    pub fn report_data(&self) -> [u8; 64] {
        Sha512::digest(self.bytes()).into()
    }

    /// SHA-256 of the bytes, as in the release record.
    pub fn digest(&self) -> Digest {
        sha256(&self.bytes())
    }
}

/// The worker's two public keys (signing, sealing) as transcript bytes claim them: nothing is checked here.
pub fn claimed_keys(transcript: &[u8]) -> Option<(PublicKey, PublicKey)> {
    match split_length_prefixed(transcript)?.as_slice() {
        [_, _, _, _, _, signing, sealing] => {
            Some((Digest((*signing).try_into().ok()?), Digest((*sealing).try_into().ok()?)))
        }
        _ => None,
    }
}

/// The `report_data` of a broker that answers `nonce`.
pub fn broker_report_data(
    nonce: &Digest,
    signing_key: &PublicKey,
    sealing_key: &PublicKey,
    configuration: &Digest,
) -> [u8; 64] {
    Sha512::digest(length_prefixed(&[
        b"cloister/broker/v1",
        nonce.as_bytes(),
        signing_key.as_bytes(),
        sealing_key.as_bytes(),
        configuration.as_bytes(),
    ]))
    .into()
}

/// SHA-256 over a list of function names.
pub fn functions_digest(functions: &[&str]) -> Digest {
    let parts: Vec<&[u8]> = functions.iter().map(|f| f.as_bytes()).collect();
    sha256(&length_prefixed(&parts))
}

/// The environment digest of a kind of job: engine semantics, functions allowed, and the user-code image, if any.
pub fn environment_digest(
    kind: EnvironmentKind,
    semantics: u32,
    functions: &Digest,
    image: Option<&Digest>,
) -> Digest {
    let kind = match kind {
        EnvironmentKind::Sql => "sql",
        EnvironmentKind::Ingest => "ingest",
    };
    sha256(&length_prefixed(&[
        b"cloister/environment/v1",
        kind.as_bytes(),
        &semantics.to_be_bytes(),
        functions.as_bytes(),
        image.map_or(&[], |image| image.as_bytes().as_slice()),
    ]))
}

/// The environment of every job of a kind in this release.
pub fn environment_of(kind: EnvironmentKind) -> Digest {
    let (semantics, functions) = match kind {
        EnvironmentKind::Sql => (ENGINE_SEMANTICS, FUNCTIONS),
        EnvironmentKind::Ingest => (INGEST_SEMANTICS, &[][..]),
    };
    environment_digest(kind, semantics, &functions_digest(functions), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_environment() {
        let (sql, ingest) = (environment_of(EnvironmentKind::Sql), environment_of(EnvironmentKind::Ingest));
        assert_ne!(sql, ingest);
        // As the description of the format has it, for clients in other languages.
        assert_eq!(ingest.to_string(), "ed312ecf13290a9e8474cd8c5b9e7f8fc7ade6fa4090cd4b75dbcd19dcc4677d");
    }
}
