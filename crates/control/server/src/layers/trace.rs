//! Request ids, W3C trace context, and the span of a request.
//!
//! A caller's `traceparent` is taken when it is well formed, else one is begun; the answer's `traceresponse` says which
//! span the server gave it. Ids only: no payload, address or credential reaches a span.

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderValue},
    middleware::Next,
    response::Response,
};
use cloister_model::Rng as _;
use tracing::{Instrument as _, debug_span, field::Empty, info_span};

use crate::{
    ambient::SystemRng,
    telemetry::{Place, placed},
};

fn hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length
        && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        && text.bytes().any(|b| b != b'0')
}

/// The caller's place, of a `traceparent` of version 00, or of a later one that begins like it.
fn parse(text: &str) -> Option<Place> {
    let mut parts = text.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let version_fits = version.len() == 2 && version != "ff" && u8::from_str_radix(version, 16).is_ok();
    let whole = version != "00" || parts.next().is_none();
    if !(version_fits && whole && hexadecimal(trace, 32) && hexadecimal(span, 16) && flags.len() == 2) {
        return None;
    }
    let flags = u8::from_str_radix(flags, 16).ok()? & 1;
    Some(Place { trace: trace.to_owned(), span: span.to_owned(), flags })
}

fn given(headers: &HeaderMap) -> Option<Place> {
    let mut given = headers.get_all("traceparent").iter();
    let one = given.next().filter(|_| given.next().is_none());
    one.and_then(|value| parse(value.to_str().ok()?))
}

/// The request's place where nothing is exported: the caller's trace, or a fresh one.
fn own(parent: Option<Place>) -> Place {
    let (span, fresh): ([u8; 8], [u8; 16]) = (SystemRng.array(), SystemRng.array());
    let (trace, flags) =
        parent.map_or_else(|| (hex::encode(fresh), 0), |parent| (parent.trace, parent.flags));
    Place { trace, span: hex::encode(span), flags }
}

/// The layer.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let parent = given(request.headers());
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    let method = request.method().as_str();
    // The exporter's span; where nothing is exported it is none, and costs nothing.
    let served = debug_span!("serve", method, route, request_id = id, status = Empty);
    let place = placed(&served, parent.as_ref()).unwrap_or_else(|| own(parent));
    let (trace_id, span_id) = (place.trace.as_str(), place.span.as_str());
    let logged = info_span!(parent: &served, "request", method, request_id = id, trace_id, span_id);
    let mut response = next.run(request).instrument(logged).instrument(served.clone()).await;
    served.record("status", i64::from(response.status().as_u16()));
    let answer = format!("00-{}-{}-{:02x}", place.trace, place.span, place.flags);
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
        assert_eq!(parse(&good), Some(Place { trace: id.into(), span: "b7ad6b7169203331".into(), flags: 1 }));
        assert!(parse(&format!("01-{id}-b7ad6b7169203331-00-more")).is_some());
        for bad in [
            String::new(),
            format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)),
            format!("00-{id}-0000000000000000-01"),
            format!("ff-{id}-b7ad6b7169203331-01"),
            format!("00-{}-b7ad6b7169203331-01", id.to_uppercase()),
            format!("{good}-x"),
            format!("00-{id}-b7ad6b7169203331"),
        ] {
            assert_eq!(parse(&bad), None, "{bad}");
        }
    }
}
