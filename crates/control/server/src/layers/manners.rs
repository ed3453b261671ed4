//! What no endpoint takes, refused in one place, and bodies that do not come.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Uri, Version, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures::{StreamExt as _, stream};
use tokio::time::{Instant, sleep_until};

use crate::{Shared, problem::Failure};

/// The body did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("the body did not come in time")]
pub(crate) struct Late;

/// Whether a body could not be read because it came too slowly.
pub(crate) fn is_late(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<Late>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// Bodies are taken as they are: an unpacked one could be a thousand times as large as what was sent.
fn encoded(headers: &HeaderMap) -> bool {
    let named = headers.get_all(header::CONTENT_ENCODING).iter();
    named.into_iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// PostgreSQL keeps no text with U+0000, and no name or word here has one.
fn has_nul(uri: &Uri) -> bool {
    uri.path_and_query().is_some_and(|text| text.as_str().contains("%00"))
}

fn refusal(request: &Request) -> Option<Failure> {
    if encoded(request.headers()) {
        let text = "bodies are taken as they are: send it without `Content-Encoding`";
        return Some(Failure::new(415, "unsupported-encoding", text));
    }
    if has_nul(request.uri()) {
        return Some(Failure::new(400, "invalid", "a URL may not contain the character U+0000"));
    }
    let one = |name| request.headers().get_all(name).iter().count() < 2;
    if request.version() <= Version::HTTP_11 && !one(header::HOST) {
        return Some(Failure::new(400, "invalid", "there is more than one `Host`"));
    }
    (!one(header::AUTHORIZATION))
        .then(|| Failure::new(400, "invalid", "there is more than one `Authorization`"))
}

/// A body that ends with an error once it took too long.
fn hurried(body: Body, until: Instant) -> Body {
    let late = Box::pin(sleep_until(until));
    let chunks = stream::unfold(Some((body.into_data_stream(), late)), |state| async {
        let (mut chunks, mut late) = state?;
        tokio::select! {
            chunk = chunks.next() => chunk.map(|chunk| (chunk, Some((chunks, late)))),
            () = &mut late => Some((Err(axum::Error::new(Late)), None)),
        }
    });
    Body::from_stream(chunks)
}

/// The layer.
pub(crate) async fn mind(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    if let Some(failure) = refusal(&request) {
        return failure.into_response();
    }
    if axum::body::HttpBody::is_end_stream(request.body()) {
        return next.run(request).await;
    }
    let until = Instant::now() + shared.patience.body;
    next.run(request.map(|body| hurried(body, until))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(
        build: impl FnOnce(axum::http::request::Builder) -> axum::http::request::Builder,
    ) -> Option<u16> {
        let request = build(Request::builder()).body(Body::empty()).unwrap();
        refusal(&request).map(|failure| failure.0.status)
    }

    #[test]
    fn what_no_endpoint_takes_is_refused_by_the_head_alone() {
        assert_eq!(refused(|r| r.uri("/x?a=b").header("host", "a")), None);
        assert_eq!(refused(|r| r.header("content-encoding", "Identity")), None);
        assert_eq!(refused(|r| r.header("content-encoding", "gzip")), Some(415));
        assert_eq!(refused(|r| r.header("content-encoding", "identity, br")), Some(415));
        assert_eq!(refused(|r| r.uri("/a%00b")), Some(400));
        assert_eq!(refused(|r| r.uri("/a?b=%00")), Some(400));
        assert_eq!(refused(|r| r.header("host", "a").header("host", "b")), Some(400));
        assert_eq!(refused(|r| r.header("authorization", "a").header("authorization", "b")), Some(400));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_ends_with_an_error() {
        let trickle = stream::unfold((), |()| async {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            Some((Ok::<_, std::io::Error>("x"), ()))
        });
        let until = Instant::now() + std::time::Duration::from_secs(5);
        let error = axum::body::to_bytes(hurried(Body::from_stream(trickle), until), 100).await.unwrap_err();
        assert!(is_late(&error), "{error:?}");
        let whole = hurried(Body::from("whole"), until);
        assert_eq!(axum::body::to_bytes(whole, 100).await.unwrap(), "whole");
    }
}
