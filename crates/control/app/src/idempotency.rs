//! A request that carries an `Idempotency-Key` is carried out once, and answered the same for 24 h.
//!
//! Answers may hold secrets that are shown once, so they are stored sealed under a key that only the request itself
//! gives: the caller's credential, the idempotency key and the body. Whoever reads the database learns nothing.
//! Limit: an answer larger than [`MAX_ANSWER`] is not kept; its repetition is told that it was carried out.

pub use cloister_store::idempotency::{Known, within};
use sha2::{Digest as _, Sha256};

use crate::{App, AppError, sealed::SealingKey};

/// The largest answer that is kept.
pub const MAX_ANSWER: usize = 1 << 20;
/// The longest key.
pub const MAX_KEY: usize = 255;

/// A request under an idempotency key.
pub struct Keyed {
    /// What the store knows it by.
    pub name: String,
    body: String,
    seal: SealingKey,
}

fn digest(label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [label.as_bytes()].iter().chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl Keyed {
    /// Of this caller's credential (empty for nobody), method and path, key and body.
    pub fn new(credential: &str, target: &str, key: &str, body: &[u8]) -> Self {
        let common: [&[u8]; 3] = [credential.as_bytes(), target.as_bytes(), key.as_bytes()];
        let [credential, target, key] = common;
        Self {
            name: hex::encode(digest("cloister/idempotency/name/v1", &common)),
            body: hex::encode(digest("cloister/idempotency/body/v1", &[key, body])),
            seal: SealingKey::new(digest("cloister/idempotency/seal/v1", &[credential, target, key, body])),
        }
    }

    /// The stored answer's bytes.
    pub fn open(&self, sealed: &str) -> Result<Vec<u8>, AppError> {
        self.seal.open(&self.name, sealed)
    }
}

impl App {
    /// Begins a request, or says what is known of it.
    pub async fn begin_request(&self, keyed: &Keyed) -> Result<Known, AppError> {
        let tx = self.store.write().await?;
        let known = tx.begin_request(&keyed.name, &keyed.body, self.now()).await?;
        tx.commit().await?;
        Ok(known)
    }

    /// Keeps a final answer; forgets a passing one, so that the request may be sent again.
    pub async fn end_request(&self, keyed: &Keyed, answer: Option<(u16, &[u8])>) -> Result<(), AppError> {
        let tx = self.store.write().await?;
        match answer {
            Some((status, bytes)) if bytes.len() <= MAX_ANSWER => {
                let sealed = keyed.seal.seal(&keyed.name, self.random(), bytes)?;
                tx.answer_request(&keyed.name, status, &sealed).await?;
            }
            Some(_) | None => tx.forget_request(&keyed.name).await?,
        }
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_request_opens_its_answer() {
        let keyed = Keyed::new("clses_a", "POST /x", "k", b"{}");
        let sealed = keyed.seal.seal(&keyed.name, [7; 12], b"secret").unwrap();
        assert_eq!(keyed.open(&sealed).unwrap(), b"secret");
        for other in [
            Keyed::new("clses_b", "POST /x", "k", b"{}"),
            Keyed::new("clses_a", "POST /y", "k", b"{}"),
            Keyed::new("clses_a", "POST /x", "l", b"{}"),
            Keyed::new("clses_a", "POST /x", "k", b"[]"),
        ] {
            assert!(other.open(&sealed).is_err());
        }
        assert!(keyed.open("AAAA").is_err());
    }
}
