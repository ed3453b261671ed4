//! Request ids, W3C trace context, and the span of a request.
//!
//! A caller's `traceparent` is taken when it is well formed, else one is begun; the answer's `traceresponse` says which
//! span the server gave it. Ids only: no payload, address or credential reaches a span.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue},
    middleware::Next,
    response::Response,
};
use cloister_model::Rng as _;
use tracing::{Instrument as _, info_span};

use crate::ambient::SystemRng;

/// Where a request stands in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// Sampled or not, as the caller wishes.
    flags: u8,
}

fn hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length
        && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        && text.bytes().any(|b| b != b'0')
}

impl Trace {
    /// Of a `traceparent` of version 00, or of a later one that begins like it.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, id, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let version_fits = version.len() == 2 && version != "ff" && u8::from_str_radix(version, 16).is_ok();
        let whole = version != "00" || parts.next().is_none();
        if !(version_fits && whole && hexadecimal(id, 32) && hexadecimal(parent, 16) && flags.len() == 2) {
            return None;
        }
        Some(Self { id: id.to_owned(), flags: u8::from_str_radix(flags, 16).ok()? & 1 })
    }

    fn of(headers: &HeaderMap) -> Self {
        let mut given = headers.get_all("traceparent").iter();
        let one = given.next().filter(|_| given.next().is_none());
        one.and_then(|value| Self::parse(value.to_str().ok()?)).unwrap_or_else(|| {
            let fresh: [u8; 16] = SystemRng.array();
            Self { id: hex::encode(fresh), flags: 0 }
        })
    }
}

/// The layer.
pub(crate) async fn trace(mut request: Request, next: Next) -> Response {
    let trace = Trace::of(request.headers());
    let span: [u8; 8] = SystemRng.array();
    let span = hex::encode(span);
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let spanned = info_span!("request", method = %request.method(), request_id = id, trace_id = trace.id, span_id = span);
    let answer = format!("00-{}-{span}-{:02x}", trace.id, trace.flags);
    request.extensions_mut().insert(trace);
    let mut response = next.run(request).instrument(spanned).await;
    if let Ok(value) = HeaderValue::from_str(&answer) {
        response.headers_mut().insert("traceresponse", value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_formed_parent_is_taken_and_nothing_else() {
        let id = "0af7651916cd43dd8448eb211c80319c";
        let good = format!("00-{id}-b7ad6b7169203331-01");
        assert_eq!(Trace::parse(&good), Some(Trace { id: id.into(), flags: 1 }));
        assert!(Trace::parse(&format!("01-{id}-b7ad6b7169203331-00-more")).is_some());
        for bad in [
            String::new(),
            format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)),
            format!("00-{id}-0000000000000000-01"),
            format!("ff-{id}-b7ad6b7169203331-01"),
            format!("00-{}-b7ad6b7169203331-01", id.to_uppercase()),
            format!("{good}-x"),
            format!("00-{id}-b7ad6b7169203331"),
        ] {
            assert_eq!(Trace::parse(&bad), None, "{bad}");
        }
    }
}
