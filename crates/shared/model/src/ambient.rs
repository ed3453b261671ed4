//! Time and randomness as parameters, so that tests can hold them still.

use crate::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present moment, UTC, in microseconds.
    fn now(&self) -> Timestamp;
}

/// Gives unpredictable bytes.
pub trait Rng: Send + Sync {
    /// Fills `out` with bytes from a cryptographically secure source.
    fn fill(&self, out: &mut [u8]);

    /// A fresh random array.
    fn array<const N: usize>(&self) -> [u8; N]
    where
        Self: Sized,
    {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}

/// A time-ordered UUID (version 7) from a clock and a source of randomness.
pub fn uuid_v7(clock: &dyn Clock, rng: &dyn Rng) -> uuid::Uuid {
    let mut random = [0; 10];
    rng.fill(&mut random);
    let millis = u64::try_from(clock.now().micros() / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// A random UUID (version 4).
pub fn uuid_v4(rng: &dyn Rng) -> uuid::Uuid {
    let mut random = [0; 16];
    rng.fill(&mut random);
    uuid::Builder::from_random_bytes(random).into_uuid()
}
