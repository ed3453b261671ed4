//! Signed statements and the cryptography around them: in-toto statements in DSSE envelopes, member keys and
//! certificates, sealing (HPKE and age), receipts and bundles.
//!
//! Pure: time and randomness come in as parameters. A [`Verified`](envelope::Verified) statement proves that the key
//! named signed these exact bytes and that the bytes are the one deterministic encoding of the predicate; it does not
//! prove that the signer was entitled to anything: that is what the crate `verify` decides.
#![forbid(unsafe_code)]

pub mod predicate;
