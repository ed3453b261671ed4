//! Rate limits, per address and per credential, before anybody is authenticated.
//!
//! Token buckets in memory: a burst of ten seconds' worth, then the rate. Headers are those of the IETF draft
//! (`RateLimit-Policy`, `RateLimit`), and `Retry-After` with 429. Workers' errands are not counted: they hold the
//! operator's token. Limit: behind a proxy all callers have its address; give `--rate-per-address 0` there and let the
//! proxy count.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};
use cloister_app::people::secrets;
use governor::{
    NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock, QuantaInstant},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use tokio::sync::watch;

use crate::{Shared, caller::bearer, problem::Failure};

type Buckets<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// Seconds' worth of requests that may come at once.
const BURST: u32 = 10;
/// How often buckets that are full again are dropped.
const SWEEP: Duration = Duration::from_mins(1);

/// The buckets.
pub struct Limits {
    addresses: Option<Buckets<IpAddr>>,
    credentials: Option<Buckets<String>>,
}

fn buckets<K: Clone + Eq + std::hash::Hash>(per_second: u32) -> Option<Buckets<K>> {
    let (rate, burst) = (NonZeroU32::new(per_second)?, NonZeroU32::new(per_second.saturating_mul(BURST))?);
    let limiter = RateLimiter::dashmap(Quota::per_second(rate).allow_burst(burst));
    Some(limiter.with_middleware::<StateInformationMiddleware>())
}

/// What a caller may still send.
#[derive(Debug)]
struct Left {
    policy: &'static str,
    quota: u32,
    remaining: u32,
}

fn refused(not_yet: &NotUntil<QuantaInstant>) -> Failure {
    let wait = not_yet.wait_time_from(DefaultClock::default().now());
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let text = format!("too many requests; wait {seconds} s");
    Failure::new(429, "rate-limited", text).retry_after(seconds)
}

fn take<K: Clone + Eq + std::hash::Hash>(
    buckets: Option<&Buckets<K>>,
    policy: &'static str,
    key: &K,
) -> Result<Option<Left>, Failure> {
    let Some(buckets) = buckets else { return Ok(None) };
    let state = buckets.check_key(key).map_err(|not_yet| refused(&not_yet))?;
    let quota = state.quota().burst_size().get();
    Ok(Some(Left { policy, quota, remaining: state.remaining_burst_capacity() }))
}

impl Limits {
    /// Requests a second of one address, and of one credential; 0 counts nothing.
    pub fn new(per_address: u32, per_credential: u32) -> Self {
        Self { addresses: buckets(per_address), credentials: buckets(per_credential) }
    }

    fn admit(&self, source: Option<IpAddr>, credential: Option<&str>) -> Result<Option<Left>, Failure> {
        let by_address = match source {
            Some(address) => take(self.addresses.as_ref(), "address", &address)?,
            None => None,
        };
        let by_credential = match credential {
            Some(secret) => take(self.credentials.as_ref(), "credential", &secrets::hash(secret))?,
            None => None,
        };
        // The one that runs out first is told.
        Ok(by_address.into_iter().chain(by_credential).min_by_key(|left| left.remaining))
    }

    /// Drops buckets that are full again, until told to stop: strangers must not fill the memory.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Some(buckets) = &self.addresses {
                buckets.retain_recent();
            }
            if let Some(buckets) = &self.credentials {
                buckets.retain_recent();
            }
            tokio::select! {
                () = tokio::time::sleep(SWEEP) => {}
                _ = stop.changed() => {}
            }
        }
    }
}

fn tell(headers: &mut HeaderMap, left: &Left) {
    let policy = format!("\"{}\";q={};w={BURST}", left.policy, left.quota);
    let state = format!("\"{}\";r={}", left.policy, left.remaining);
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

/// The layer.
pub(crate) async fn limit(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let credential = bearer(request.headers());
    if credential.is_some_and(|secret| secrets::hash(secret) == *shared.worker_token) {
        return next.run(request).await;
    }
    let source = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    match shared.limits.admit(source, credential) {
        Err(failure) => failure.into_response(),
        Ok(left) => {
            let mut response = next.run(request).await;
            if let Some(left) = left {
                tell(response.headers_mut(), &left);
            }
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_taken_then_refused_with_the_time_to_wait_and_others_are_not_touched() {
        let limits = Limits::new(1, 0);
        let here = |n: u8| Some(IpAddr::from([127, 0, 0, n]));
        for n in (0..BURST).rev() {
            assert_eq!(limits.admit(here(1), None).unwrap().unwrap().remaining, n);
        }
        let refused = limits.admit(here(1), None).unwrap_err();
        assert_eq!((refused.0.status, refused.retry_after_seconds()), (429, Some(1)));
        assert!(limits.admit(here(2), None).is_ok(), "another address");
        assert!(limits.admit(None, None).unwrap().is_none());
    }

    #[test]
    fn a_credential_is_counted_wherever_it_comes_from() {
        let limits = Limits::new(0, 1);
        for n in 0..10 {
            assert!(limits.admit(Some(IpAddr::from([127, 0, 0, n])), Some("clst_a")).is_ok());
        }
        assert!(limits.admit(None, Some("clst_a")).is_err());
        assert!(limits.admit(None, Some("clst_b")).is_ok());
    }
}
