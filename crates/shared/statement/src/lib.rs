//! Signed statements and the cryptography around them: in-toto statements in DSSE envelopes, member keys and
//! certificates, sealing (HPKE and age), receipts and bundles.
//!
//! Pure: time and randomness come in as parameters (only `age` draws its own file keys). A
//! [`Verified`](envelope::Verified) statement proves that the key named signed these exact bytes and that the bytes are
//! the one deterministic encoding of the predicate; it does not prove that the signer was entitled to anything: that is
//! what the crate `verify` decides.
#![forbid(unsafe_code)]

pub mod binary;
pub mod bundle;
pub mod configuration;
pub mod data_key;
pub mod envelope;
mod json;
pub mod keys;
pub mod predicate;
pub mod seal;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transcript;

pub use envelope::{CodecError, Envelope, Header, SignatureError, Unverified, Verified, sign};
pub use json::JsonError;
pub use keys::{AgeIdentity, MemberKeys, SigningKey};
pub use predicate::{Body, Kind, Predicate, PublicKey, Signer};
