//! Statements in DSSE envelopes: an in-toto Statement v1, signed with Ed25519 over its exact bytes.
//!
//! A payload has one form, read from left to right: fixed head, kind, digest of the predicate, predicate type (compared
//! before the predicate is decoded), predicate. Whatever differs from it by a byte is refused.
//!
//! [`Envelope`] proves nothing. [`Unverified`] proves that the bytes are the one encoding of the predicate.
//! [`Verified`] proves that a given key signed them.

use std::str::FromStr;

use cloister_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{
    binary::{Base64, sha256},
    json::{self, JsonError},
    keys::{self, SigningKey},
    predicate::{Belonging, Body, Kind, Predicate, PublicKey, Signer},
};

/// The DSSE payload type.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// The most bytes of a payload.
pub const MAX_PAYLOAD: usize = 1 << 20;
/// The most bytes of an envelope as JSON text.
pub const MAX_ENVELOPE: usize = MAX_PAYLOAD / 3 * 4 + 1024;
/// The deepest nesting of a predicate.
pub const MAX_DEPTH: usize = 32;

const HEAD: &str = r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":""#;

/// Why bytes are no statement, or not the one asked for.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Not the payload type of in-toto.
    #[error("the payload type is not `application/vnd.in-toto+json`")]
    PayloadType,
    /// Other than one signature.
    #[error("an envelope carries one signature, got {0}")]
    Signatures(usize),
    /// The payload has not the form of a statement.
    #[error("the payload is not a statement of a known kind and version")]
    Form,
    /// The statement is of another kind.
    #[error("a {expected} was expected, got a {got}")]
    Kind {
        /// The kind asked for.
        expected: &'static str,
        /// The kind found.
        got: &'static str,
    },
    /// The subject is not the predicate's digest.
    #[error("the subject is not the digest of the predicate")]
    Subject,
    /// The predicate, or the envelope, is not strict JSON of its type.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A workspace is named where none belongs, or missing.
    #[error("a {0} names a workspace where none belongs, or lacks it")]
    Belonging(&'static str),
    /// The signer named is a key, and another key signs.
    #[error("the signer named is not the key that signs")]
    Signer,
}

/// The signature is not by the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the signature of {kind} `{digest}` is not by the key `{key}`")]
pub struct SignatureError {
    /// The kind of statement.
    pub kind: &'static str,
    /// The statement.
    pub digest: Digest,
    /// The key tried.
    pub key: PublicKey,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureDoc {
    keyid: PublicKey,
    sig: Base64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeDoc {
    #[serde(rename = "payloadType")]
    payload_type: String,
    payload: Base64,
    signatures: Vec<SignatureDoc>,
}

/// A signed statement as it travels and is stored. Its payload has the form of a statement of a known kind; nothing else
/// is proven. In JSON: `{"payloadType":..,"payload":base64,"signatures":[{"keyid":..,"sig":base64}]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "EnvelopeDoc", into = "EnvelopeDoc")]
pub struct Envelope {
    payload: Vec<u8>,
    key: PublicKey,
    signature: [u8; 64],
    kind: Kind,
    /// Where the predicate starts in the payload.
    predicate_at: usize,
    digest: Digest,
}

/// What every statement says besides its body; read without knowing the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// When the signer says it signed.
    pub issued_at: Timestamp,
    /// Who signed.
    pub signer: Signer,
    /// The workspace.
    pub workspace: Option<Digest>,
}

impl TryFrom<EnvelopeDoc> for Envelope {
    type Error = CodecError;
    fn try_from(doc: EnvelopeDoc) -> Result<Self, CodecError> {
        if doc.payload_type != PAYLOAD_TYPE {
            return Err(CodecError::PayloadType);
        }
        let [signature] = doc.signatures.as_slice() else {
            return Err(CodecError::Signatures(doc.signatures.len()));
        };
        let bytes = signature.sig.0.as_slice().try_into().map_err(|_| CodecError::Form)?;
        Self::new(doc.payload.0, signature.keyid, bytes)
    }
}

impl From<Envelope> for EnvelopeDoc {
    fn from(envelope: Envelope) -> Self {
        Self {
            payload_type: PAYLOAD_TYPE.into(),
            payload: Base64(envelope.payload),
            signatures: vec![SignatureDoc { keyid: envelope.key, sig: Base64(envelope.signature.to_vec()) }],
        }
    }
}

impl Envelope {
    fn new(payload: Vec<u8>, key: PublicKey, signature: [u8; 64]) -> Result<Self, CodecError> {
        if payload.len() > MAX_PAYLOAD {
            return Err(JsonError::Size { got: payload.len(), max: MAX_PAYLOAD }.into());
        }
        let (kind, subject, predicate_at) = read_head(&payload)?;
        if sha256(predicate_of(&payload, predicate_at)) != subject {
            return Err(CodecError::Subject);
        }
        let digest = sha256(&payload);
        Ok(Self { payload, key, signature, kind, predicate_at, digest })
    }

    /// Reads the JSON text of an envelope. Unknown and duplicate fields are refused; order of fields and white space,
    /// which nobody signs, are free (a bundle is stricter).
    pub fn parse(bytes: &[u8]) -> Result<Self, CodecError> {
        Ok(json::read(bytes, MAX_ENVELOPE, 4)?)
    }

    /// The JSON text.
    pub fn to_json(&self) -> Vec<u8> {
        json::encode(self).unwrap_or_default()
    }

    /// SHA-256 of the payload: the name of the statement.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The kind of statement.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The key that the envelope says signed it; a hint until verified.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// The exact bytes signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Issue time, signer and workspace, unverified, whatever the kind.
    pub fn header(&self) -> Result<Header, CodecError> {
        let predicate: Predicate<IgnoredAny> =
            serde_json::from_slice(predicate_of(&self.payload, self.predicate_at))
                .map_err(JsonError::Shape)?;
        let Predicate { issued_at, signer, workspace, body: _ } = predicate;
        Ok(Header { issued_at, signer, workspace })
    }

    /// Decodes the predicate: it must be of kind `B`, in its one encoding, and belong where its kind belongs.
    pub fn open<B: Body>(&self) -> Result<Unverified<B>, CodecError> {
        if self.kind != B::KIND {
            return Err(CodecError::Kind { expected: B::KIND.as_str(), got: self.kind.as_str() });
        }
        let predicate: Predicate<B> =
            json::decode(predicate_of(&self.payload, self.predicate_at), MAX_PAYLOAD, MAX_DEPTH)?;
        belongs(&predicate)?;
        Ok(Unverified { envelope: self.clone(), predicate })
    }
}

fn predicate_of(payload: &[u8], at: usize) -> &[u8] {
    payload.get(at..payload.len().saturating_sub(1)).unwrap_or_default()
}

fn head(kind: Kind, subject: Digest) -> String {
    let (name, predicate_type) = (kind.as_str(), kind.predicate_type());
    format!(
        r#"{HEAD}{name}","digest":{{"sha256":"{subject}"}}}}],"predicateType":"{predicate_type}","predicate":"#
    )
}

/// Reads kind, subject and the place of the predicate. The head is rebuilt from what was read and compared whole.
fn read_head(payload: &[u8]) -> Result<(Kind, Digest, usize), CodecError> {
    let rest = payload.strip_prefix(HEAD.as_bytes()).ok_or(CodecError::Form)?;
    let end = rest.iter().take(64).position(|b| *b == b'"').ok_or(CodecError::Form)?;
    let name = &rest[..end];
    let kind = Kind::ALL.iter().copied().find(|k| k.as_str().as_bytes() == name).ok_or(CodecError::Form)?;
    let subject_at = HEAD.len() + end + r#"","digest":{"sha256":""#.len();
    let subject = payload.get(subject_at..subject_at + 64).ok_or(CodecError::Form)?;
    let subject = std::str::from_utf8(subject).map_err(|_| CodecError::Form)?;
    let subject = Digest::from_str(subject).map_err(|_| CodecError::Form)?;
    let head = head(kind, subject);
    if !payload.starts_with(head.as_bytes()) || payload.last() != Some(&b'}') || payload.len() <= head.len() {
        return Err(CodecError::Form);
    }
    Ok((kind, subject, head.len()))
}

fn belongs<B: Body>(predicate: &Predicate<B>) -> Result<(), CodecError> {
    let named = predicate.workspace.is_some();
    let good = match B::KIND.belonging() {
        Belonging::Workspace => named,
        Belonging::Nowhere => !named,
        Belonging::AfterFirst => named != predicate.body.is_first(),
    };
    if good { Ok(()) } else { Err(CodecError::Belonging(B::KIND.as_str())) }
}

/// DSSE's pre-authentication encoding of a payload.
fn pre_authentication(payload: &[u8]) -> Vec<u8> {
    let mut out = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len()).into_bytes();
    out.extend_from_slice(payload);
    out
}

/// Signs a predicate. Refuses what [`Envelope::open`] would refuse.
pub fn sign<B: Body>(key: &SigningKey, predicate: &Predicate<B>) -> Result<Envelope, CodecError> {
    belongs(predicate)?;
    if let Signer::Key(named) = predicate.signer
        && named != key.public()
    {
        return Err(CodecError::Signer);
    }
    let encoded = json::encode(predicate)?;
    json::decode::<Predicate<B>>(&encoded, MAX_PAYLOAD, MAX_DEPTH)?;
    let mut payload = head(B::KIND, sha256(&encoded)).into_bytes();
    payload.extend_from_slice(&encoded);
    payload.push(b'}');
    let signature = key.sign(&pre_authentication(&payload));
    Envelope::new(payload, key.public(), signature)
}

/// A decoded statement whose signature nobody has checked.
#[derive(Clone, Debug)]
pub struct Unverified<B> {
    envelope: Envelope,
    predicate: Predicate<B>,
}

impl<B: Body> Unverified<B> {
    /// The statement's digest.
    pub fn digest(&self) -> Digest {
        self.envelope.digest
    }

    /// What it says, unverified.
    pub fn predicate(&self) -> &Predicate<B> {
        &self.predicate
    }

    /// Checks the signature (strict Ed25519) under `key`, the envelope's key id, and, where the statement names its
    /// signer by key, that this is the key.
    pub fn verify(self, key: &PublicKey) -> Result<Verified<B>, SignatureError> {
        let error = SignatureError { kind: B::KIND.as_str(), digest: self.digest(), key: *key };
        let named = match self.predicate.signer {
            Signer::Key(named) => named == *key,
            Signer::Certificate(_) => true,
        };
        let message = pre_authentication(&self.envelope.payload);
        if named && self.envelope.key == *key && keys::verify(key, &message, &self.envelope.signature) {
            Ok(Verified { digest: self.envelope.digest, key: *key, predicate: self.predicate })
        } else {
            Err(error)
        }
    }
}

/// A statement whose signature holds under [`key`](Self::key). Made only by [`Unverified::verify`]. It proves who signed
/// which bytes; not that the signer was entitled to.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified<B> {
    digest: Digest,
    key: PublicKey,
    predicate: Predicate<B>,
}

impl<B: Body> Verified<B> {
    /// The statement's digest.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The key under which the signature holds.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// Everything it says.
    pub fn predicate(&self) -> &Predicate<B> {
        &self.predicate
    }

    /// What its kind binds.
    pub fn body(&self) -> &B {
        &self.predicate.body
    }

    /// When the signer says it signed.
    pub fn issued_at(&self) -> Timestamp {
        self.predicate.issued_at
    }

    /// Who signed.
    pub fn signer(&self) -> Signer {
        self.predicate.signer
    }

    /// The signer's certificate, when a member signed.
    pub fn certificate(&self) -> Option<Digest> {
        match self.predicate.signer {
            Signer::Certificate(digest) => Some(digest),
            Signer::Key(_) => None,
        }
    }

    /// The workspace named; for a first charter, its own digest.
    pub fn workspace(&self) -> Option<Digest> {
        match B::KIND.belonging() {
            Belonging::Workspace | Belonging::Nowhere => self.predicate.workspace,
            Belonging::AfterFirst => Some(self.predicate.workspace.unwrap_or(self.digest)),
        }
    }
}

#[cfg(test)]
mod tests;
