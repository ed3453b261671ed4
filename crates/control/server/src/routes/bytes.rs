//! Bytes: single ranges, streamed.

use std::ops::Range;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use cloister_app::work::datasets::Content;

use crate::problem::Failure;

fn unreadable() -> Failure {
    Failure::new(400, "invalid", "a range is `bytes=FIRST-LAST`, both included")
}

/// The range asked for: `bytes=FIRST-LAST`. Other forms are refused, so that nobody gets other bytes than meant.
pub(super) fn range(headers: &HeaderMap) -> Result<Option<Range<u64>>, Failure> {
    let Some(text) = headers.get(header::RANGE) else { return Ok(None) };
    let text = text.to_str().ok().and_then(|t| t.strip_prefix("bytes=")).ok_or_else(unreadable)?;
    let (first, last) = text.split_once('-').ok_or_else(unreadable)?;
    let (first, last): (u64, u64) =
        (first.parse().map_err(|_| unreadable())?, last.parse().map_err(|_| unreadable())?);
    if first > last || last == u64::MAX {
        return Err(unreadable());
    }
    Ok(Some(first..last + 1))
}

/// The answer: 206 for a range, else 200.
pub(super) fn answer(content: Content, range: Option<Range<u64>>) -> Result<Response, Failure> {
    let size = content.size;
    let mut response = Response::builder().header(header::CONTENT_TYPE, "application/octet-stream");
    response = match range {
        Some(range) => {
            let end = range.end.min(size);
            let last = end.saturating_sub(1);
            response
                .status(StatusCode::PARTIAL_CONTENT)
                .header(header::CONTENT_RANGE, format!("bytes {}-{last}/{size}", range.start))
                .header(header::CONTENT_LENGTH, end.saturating_sub(range.start))
        }
        None => response.status(StatusCode::OK).header(header::CONTENT_LENGTH, size),
    };
    response
        .body(Body::from_stream(content.bytes))
        .map_err(|e| Failure::new(500, "internal", format!("the answer cannot be made: {e}")))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(text: &'static str) -> Result<Option<Range<u64>>, u16> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static(text));
        range(&headers).map_err(|failure| failure.0.status)
    }

    #[test]
    fn one_closed_range_is_read_and_nothing_else() {
        assert_eq!(read("bytes=0-0"), Ok(Some(0..1)));
        assert_eq!(read("bytes=5-9"), Ok(Some(5..10)));
        for text in [
            "bytes=9-5",
            "bytes=-5",
            "bytes=5-",
            "bytes=0-1,3-4",
            "items=0-1",
            "bytes=0-18446744073709551615",
        ] {
            assert_eq!(read(text), Err(400), "{text}");
        }
        assert!(matches!(range(&HeaderMap::new()), Ok(None)));
    }
}
