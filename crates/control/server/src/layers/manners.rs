//! What no endpoint takes, refused in one place, and bodies that do not come.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, BodyDataStream},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Uri, Version, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures::{StreamExt as _, stream};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};

use crate::{Shared, problem::Failure};

/// The most bytes that are read of a body although nobody asked for them, so that its connection can be used again.
const SPARE: usize = 64 << 10;
/// How long they may take.
const SOON: Duration = Duration::from_millis(500);

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

/// A body on its way in, shared by whoever reads it and whoever looks at what was left of it.
type Chunks = Arc<Mutex<BodyDataStream>>;

/// A body that ends with an error once it took too long.
fn hurried(chunks: &Chunks, until: Instant) -> Body {
    let pieces = stream::unfold(Some(chunks.clone()), move |state| async move {
        let chunks = state?;
        let next = timeout_at(until, async { chunks.lock().await.next().await }).await;
        match next {
            Ok(chunk) => chunk.map(|chunk| (chunk, Some(chunks))),
            Err(_late) => Some((Err(axum::Error::new(Late)), None)),
        }
    });
    Body::from_stream(pieces)
}

/// Whether a body is read to its end; a little that nobody asked for is.
async fn read_up(chunks: &Chunks, until: Instant) -> bool {
    let Ok(mut chunks) = chunks.try_lock() else { return false };
    let mut spare = SPARE;
    loop {
        match timeout_at(until, chunks.next()).await {
            Ok(None) => return true,
            Ok(Some(Ok(chunk))) if chunk.len() <= spare => spare -= chunk.len(),
            Ok(Some(_)) | Err(_) => return false,
        }
    }
}

/// The layer.
pub(crate) async fn mind(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    if axum::body::HttpBody::is_end_stream(request.body()) {
        return match refusal(&request) {
            Some(failure) => failure.into_response(),
            None => next.run(request).await,
        };
    }
    let (refused, version) = (refusal(&request), request.version());
    let until = Instant::now() + shared.patience.body;
    let (head, body) = request.into_parts();
    let chunks = Arc::new(Mutex::new(body.into_data_stream()));
    let mut response = match refused {
        Some(failure) => failure.into_response(),
        None => next.run(Request::from_parts(head, hurried(&chunks, until))).await,
    };
    // A connection on which the rest of a body may still come is of no use: the caller is told.
    let soon = until.min(Instant::now() + SOON);
    if version <= Version::HTTP_11 && !read_up(&chunks, soon).await {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
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

    #[tokio::test]
    async fn a_body_that_trickles_ends_with_an_error() {
        let trickle = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Some((Ok::<_, std::io::Error>("x"), ()))
        });
        let until = Instant::now() + Duration::from_millis(300);
        let chunks = |body: Body| Arc::new(Mutex::new(body.into_data_stream()));
        let slow = chunks(Body::from_stream(trickle));
        let error = axum::body::to_bytes(hurried(&slow, until), 100).await.unwrap_err();
        assert!(is_late(&error), "{error:?}");
        assert!(!read_up(&slow, Instant::now() + SOON).await);
        let whole = chunks(Body::from("whole"));
        assert_eq!(axum::body::to_bytes(hurried(&whole, Instant::now() + SOON), 100).await.unwrap(), "whole");
        assert!(read_up(&whole, Instant::now() + SOON).await);
        assert!(read_up(&chunks(Body::from(vec![0; SPARE])), Instant::now() + SOON).await);
        assert!(!read_up(&chunks(Body::from(vec![0; SPARE + 1])), Instant::now() + SOON).await);
    }
}
