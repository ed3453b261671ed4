//! Deterministic randomness for tests.

use std::sync::atomic::{AtomicU64, Ordering};

use cloister_model::Rng;

use crate::binary::{length_prefixed, sha256};

/// Bytes of SHA-256 over a seed and a counter: the same seed gives the same bytes.
#[derive(Debug)]
pub struct CountingRng {
    seed: u64,
    count: AtomicU64,
}

impl CountingRng {
    /// A source that always gives the same bytes for the same seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, count: AtomicU64::new(0) }
    }
}

impl Rng for CountingRng {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let count = self.count.fetch_add(1, Ordering::Relaxed);
            let block = sha256(&length_prefixed(&[&self.seed.to_be_bytes(), &count.to_be_bytes()]));
            chunk.copy_from_slice(&block.as_bytes()[..chunk.len()]);
        }
    }
}
