//! Refusals of callers that nobody knows: counted per minute and source, one log entry for each count.
//!
//! A flood costs a few entries a minute, not one a request. The source is in the log as a salted commitment, since an
//! address may be personal data; the salt lives as long as the process, so that counts of one source can be compared.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use cloister_app::App;
use cloister_model::Rng;
use tokio::sync::watch;

use crate::Shared;

/// Sources counted apart in one minute; more are counted together.
const MOST_SOURCES: usize = 1000;
/// How often full minutes are written.
const EVERY: Duration = Duration::from_secs(5);
const MINUTE: i64 = 60_000_000;

/// Counts of the minutes that are not written yet.
pub struct Refusals {
    salt: [u8; 16],
    counts: Mutex<BTreeMap<(i64, String), u64>>,
}

impl Refusals {
    /// With a salt of its own.
    pub fn new(rng: &dyn Rng) -> Self {
        let mut salt = [0; 16];
        rng.fill(&mut salt);
        Self { salt, counts: Mutex::default() }
    }

    fn add(&self, micros: i64, source: Option<IpAddr>) {
        let named = match source {
            Some(address) => cloister_audit::commit(&self.salt, &address.to_string()),
            None => "unknown".to_owned(),
        };
        let minute = micros.div_euclid(MINUTE);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = counts.contains_key(&(minute, named.clone()));
        let apart = known || counts.range((minute, String::new())..).count() < MOST_SOURCES;
        let source = if apart { named } else { "others".to_owned() };
        *counts.entry((minute, source)).or_default() += 1;
    }

    /// Takes the counts of minutes that are over; all of them with `i64::MAX`.
    fn take(&self, micros: i64) -> BTreeMap<(i64, String), u64> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = counts.split_off(&(micros.div_euclid(MINUTE), String::new()));
        std::mem::replace(&mut counts, rest)
    }

    async fn write(&self, app: &App, micros: i64) {
        for ((minute, source), count) in self.take(micros) {
            if let Err(error) = app.note_refusals(minute * MINUTE, &source, count).await {
                tracing::error!(%error, source, count, "refusals that could not be logged");
            }
        }
    }

    /// Writes full minutes until told to stop, then the rest.
    pub async fn run(&self, app: &App, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            self.write(app, app.now().micros()).await;
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.changed() => {}
            }
        }
        self.write(app, i64::MAX).await;
    }
}

/// Counts what is refused for want of a valid session, token or password.
pub(crate) async fn count(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let source = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let response = next.run(request).await;
    if matches!(response.status().as_u16(), 401 | 429) {
        shared.refusals.add(shared.app.now().micros(), source);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zero;

    impl Rng for Zero {
        fn fill(&self, out: &mut [u8]) {
            out.fill(0);
        }
    }

    #[test]
    fn a_flood_is_a_few_counts_and_only_full_minutes_are_taken() {
        let refusals = Refusals::new(&Zero);
        for n in 0..5000_u32 {
            refusals.add(10, Some(IpAddr::V4(n.into())));
        }
        refusals.add(10, Some(IpAddr::V4(7.into())));
        refusals.add(MINUTE + 1, None);
        let taken = refusals.take(MINUTE + 2);
        assert_eq!(taken.len(), MOST_SOURCES + 1, "and one for all others");
        assert_eq!(taken.values().sum::<u64>(), 5001);
        assert_eq!(taken[&(0, "others".to_owned())], 5000 - MOST_SOURCES as u64);
        assert!(
            taken.keys().all(|(_, source)| !source.contains("0.0.0.7")),
            "addresses are committed to, not written"
        );
        assert_eq!(refusals.take(i64::MAX), BTreeMap::from([((1, "unknown".to_owned()), 1)]));
    }
}
