//! Every refusal is a problem, also those that no handler of ours made: the framework's, a time limit's, a panic's.

use axum::{
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::problem::{Failure, ProblemBody};

/// The most of the framework's own words that is passed on.
const MOST_WORDS: usize = 4096;

fn is_plain(response: &Response) -> bool {
    match response.headers().get(header::CONTENT_TYPE) {
        None => true,
        Some(kind) => kind.as_bytes().starts_with(b"text/plain"),
    }
}

fn slug(status: u16) -> (&'static str, &'static str) {
    match status {
        408 => ("too-slow", "the request did not come in time"),
        413 => ("too-large", "the body is larger than this endpoint takes"),
        415 => ("unsupported-encoding", "the endpoint does not take bodies of this kind"),
        503 => ("unavailable", "the server did not get it done in time; try again"),
        400..500 => ("invalid", "the request cannot be read"),
        _failed => ("internal", "the server failed; its log says why under this request id"),
    }
}

/// The layer.
pub(crate) async fn whole(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status().as_u16();
    if status < 400 || response.extensions().get::<ProblemBody>().is_some() || !is_plain(&response) {
        return response;
    }
    let (head, body) = response.into_parts();
    let (slug, text) = slug(status);
    // What a panic says is for the log.
    let words = match status {
        400..500 => axum::body::to_bytes(body, MOST_WORDS).await.unwrap_or_default(),
        _failed => axum::body::Bytes::new(),
    };
    let words = std::str::from_utf8(&words).ok().filter(|words| !words.is_empty());
    let mut problem = Failure::new(status, slug, words.unwrap_or(text)).into_response();
    for (name, value) in head.headers {
        if let Some(name) =
            name.filter(|name| *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH)
        {
            problem.headers_mut().append(name, value);
        }
    }
    problem
}
