//! Asking again while a peer gives no answer: a program that was killed is back in a moment.
//!
//! Only questions that may come twice are asked so: their second answer is the first one's, or costs nothing.

use std::{future::Future, time::Duration};

use cloister_client::worker::CallError;
use tokio::time::Instant;

/// How long broker and server may be unreachable before the run is left to its lease; longer than a dead worker's keys
/// are leased, since a run taken over from it waits for their end.
const LIMIT: Duration = Duration::from_secs(150);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Patience with both peers, for one step of a run.
pub(crate) struct Patience {
    begun: Instant,
    limit: Duration,
    pause: Duration,
}

impl Patience {
    /// Fresh.
    pub(crate) fn new() -> Self {
        Self::of(LIMIT, FIRST_PAUSE)
    }

    fn of(limit: Duration, pause: Duration) -> Self {
        Self { begun: Instant::now(), limit, pause }
    }

    /// Waits before the next try, each time longer; false when there is no patience left.
    pub(crate) async fn again(&mut self, why: &dyn std::fmt::Display) -> bool {
        if self.begun.elapsed() >= self.limit {
            return false;
        }
        tracing::warn!(%why, "asked again");
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }

    /// Asks until there is an answer. An answer that was cut off counts as none.
    pub(crate) async fn insist<T, F>(&mut self, mut ask: impl FnMut() -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        loop {
            match ask().await {
                Err(error @ (CallError::Unavailable(_) | CallError::Protocol(_))) => {
                    if !self.again(&error).await {
                        return Err(error);
                    }
                }
                answered => {
                    self.pause = FIRST_PAUSE;
                    return answered;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn silent() -> CallError {
        CallError::Unavailable("no answer".into())
    }

    #[tokio::test]
    async fn it_asks_until_there_is_an_answer_and_takes_a_refusal_as_one() {
        for (answers_at, refuses) in [(1, false), (4, false), (3, true)] {
            let asked = Cell::new(0);
            let answer = Patience::of(LIMIT, Duration::from_millis(1))
                .insist(|| {
                    asked.set(asked.get() + 1);
                    let now = asked.get();
                    async move {
                        match now {
                            n if n < answers_at => Err(silent()),
                            _ if refuses => Err(CallError::Lost("gone".into())),
                            n => Ok(n),
                        }
                    }
                })
                .await;
            assert_eq!(asked.get(), answers_at);
            assert_eq!(answer.is_err(), refuses);
        }
    }

    #[tokio::test]
    async fn patience_ends() {
        let begun = Instant::now();
        let limit = Duration::from_millis(100);
        let mut patience = Patience::of(limit, Duration::from_millis(1));
        let answer = patience.insist(|| async { Err::<(), _>(silent()) }).await;
        assert!(matches!(answer, Err(CallError::Unavailable(_))));
        assert!(begun.elapsed() >= limit, "{:?}", begun.elapsed());
    }
}
