//! What each kind of statement binds. One module a family; [`Kind`] is the closed list.

mod broker;
mod certificates;
mod datasets;
mod jobs;
mod workspaces;

use cloister_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use broker::{Acknowledgement, Challenge, ReleaseRecord, Tee};
pub use certificates::{Certificate, CertificateRequest, CertificateRevocation, Channel, Recovery, Vouch};
pub use datasets::{CiphertextFile, DatasetDeletion, FileFormat, Grant, Manifest, Pin, Revocation};
pub use jobs::{
    Decision, EnvironmentKind, Output, Receipt, Review, RunRequest, Spec, Withdrawal, WithdrawalTarget,
};
pub use workspaces::{Acceptance, Archive, BrokerIdentity, Charter, Refusal, Suspension};

/// An Ed25519 public key, 32 bytes, written as 64 hexadecimal digits.
pub type PublicKey = Digest;

/// Who signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// A member, by the digest of its certificate statement.
    Certificate(Digest),
    /// A broker, worker, vouching server or first certificate request, by its Ed25519 public key.
    Key(PublicKey),
}

/// What stands in the `predicate` of every statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicate<B> {
    /// When the signer says it signed.
    pub issued_at: Timestamp,
    /// Who signed.
    pub signer: Signer,
    /// The workspace; absent in a first charter and in what belongs to no workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<Digest>,
    /// What the kind binds.
    pub body: B,
}

/// A kind's body: what can stand in a statement.
pub trait Body: Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq {
    /// Which kind it is.
    const KIND: Kind;

    /// Whether this is the first of its kind, which names no workspace because its digest becomes the workspace.
    fn is_first(&self) -> bool;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $text:literal => $body:ty, $belongs:ident $(when $first:expr)?;)+) => {
        /// Every kind of statement.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $($(#[$doc])* $kind),+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];
            /// The kind's word, as in `subject[0].name`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $text),+ }
            }
            /// The `predicateType`.
            pub const fn predicate_type(self) -> &'static str {
                match self { $(Self::$kind => concat!("https://cloister.dev/statement/", $text, "/v1")),+ }
            }
            /// Whether the statement names its workspace.
            pub const fn belonging(self) -> Belonging {
                match self { $(Self::$kind => Belonging::$belongs),+ }
            }
        }
        $(impl Body for $body {
            const KIND: Kind = Kind::$kind;
            fn is_first(&self) -> bool {
                let first: Option<fn(&Self) -> bool> = None$(.or(Some($first)))?;
                first.is_some_and(|holds| holds(self))
            }
        })+
    };
}

/// Whether a kind of statement carries a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belonging {
    /// Always.
    Workspace,
    /// Never.
    Nowhere,
    /// Except in the first of its kind (charter version 1).
    AfterFirst,
}

kinds! {
    /// See [`Charter`].
    Charter = "charter" => Charter, AfterFirst when |charter: &Charter| charter.version == 1;
    /// See [`Acceptance`].
    Acceptance = "acceptance" => Acceptance, Workspace;
    /// See [`Refusal`].
    Refusal = "refusal" => Refusal, Workspace;
    /// See [`Suspension`].
    Suspension = "suspension" => Suspension, Workspace;
    /// See [`Archive`].
    Archive = "archive" => Archive, Workspace;
    /// See [`Manifest`].
    Manifest = "manifest" => Manifest, Nowhere;
    /// See [`DatasetDeletion`].
    DatasetDeletion = "dataset-deletion" => DatasetDeletion, Nowhere;
    /// See [`Grant`].
    Grant = "grant" => Grant, Workspace;
    /// See [`Revocation`].
    Revocation = "revocation" => Revocation, Workspace;
    /// See [`Spec`].
    Spec = "spec" => Spec, Workspace;
    /// See [`Review`].
    Review = "review" => Review, Workspace;
    /// See [`Withdrawal`].
    Withdrawal = "withdrawal" => Withdrawal, Workspace;
    /// See [`RunRequest`].
    RunRequest = "run-request" => RunRequest, Workspace;
    /// See [`ReleaseRecord`].
    ReleaseRecord = "release-record" => ReleaseRecord, Workspace;
    /// See [`Receipt`].
    Receipt = "receipt" => Receipt, Workspace;
    /// See [`Challenge`].
    Challenge = "challenge" => Challenge, Nowhere;
    /// See [`Acknowledgement`].
    Acknowledgement = "acknowledgement" => Acknowledgement, Nowhere;
    /// See [`CertificateRequest`].
    CertificateRequest = "certificate-request" => CertificateRequest, Nowhere;
    /// See [`Vouch`].
    Vouch = "vouch" => Vouch, Nowhere;
    /// See [`Certificate`].
    Certificate = "certificate" => Certificate, Nowhere;
    /// See [`CertificateRevocation`].
    CertificateRevocation = "certificate-revocation" => CertificateRevocation, Nowhere;
    /// See [`Recovery`].
    Recovery = "recovery" => Recovery, Workspace;
}
