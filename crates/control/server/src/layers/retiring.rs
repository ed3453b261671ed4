//! `Deprecation` (RFC 9745) and `Sunset` (RFC 8594) on endpoints that will go.

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// An endpoint that will go.
pub(crate) struct Retiring {
    /// Its route pattern, such as `/api/v1/jobs/{id}`; every method of it goes.
    pub(crate) path: &'static str,
    /// Since when it is deprecated, as the header has it: `@` and seconds since 1970.
    pub(crate) since: &'static str,
    /// When it will be gone, an HTTP date; at least six months after `since`.
    pub(crate) until: &'static str,
    /// What replaces it.
    pub(crate) successor: &'static str,
}

/// Add a line here, and to the changelog, six months before an endpoint is removed.
pub(crate) const RETIRING: &[Retiring] = &[];

fn announce(list: &[Retiring], path: &str, response: &mut Response) {
    let Some(going) = list.iter().find(|one| one.path == path) else { return };
    let headers = response.headers_mut();
    headers.insert("deprecation", HeaderValue::from_static(going.since));
    headers.insert("sunset", HeaderValue::from_static(going.until));
    if let Ok(link) = HeaderValue::from_str(&format!("<{}>; rel=\"successor-version\"", going.successor)) {
        headers.append(header::LINK, link);
    }
}

/// The layer.
pub(crate) async fn retire(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    if let Some(path) = path {
        announce(RETIRING, &path, &mut response);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_says_since_when_until_when_and_what_to_use() {
        let list = [Retiring {
            path: "/api/v1/old/{id}",
            since: "@1700000000",
            until: "Tue, 14 May 2024 00:00:00 GMT",
            successor: "/api/v1/new",
        }];
        let mut response = Response::default();
        announce(&list, "/api/v1/other", &mut response);
        assert!(response.headers().is_empty());
        announce(&list, "/api/v1/old/{id}", &mut response);
        assert_eq!(response.headers()["deprecation"], "@1700000000");
        assert_eq!(response.headers()["sunset"], "Tue, 14 May 2024 00:00:00 GMT");
        assert_eq!(response.headers()["link"], "</api/v1/new>; rel=\"successor-version\"");
    }
}
