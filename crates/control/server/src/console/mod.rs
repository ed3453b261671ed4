//! The console: its files, as `npm run build` left them, inside this binary.
//!
//! Invariants: scripts come from this host alone; a file whose name holds its hash never changes; everything else is
//! asked for again. Limits: built without Node there is no console, and a page of text says so.

mod accept;
mod files;

use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};

use self::{
    accept::{Coding, wants_html},
    files::{File, find},
};
use crate::problem::Failure;

/// Mantine writes its variables into `style` elements; nothing else is let in from anywhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";
/// Where programs ask, not people: what is not there is a problem, never a page.
const PROGRAMS: [&str; 6] = ["/api", "/auth", "/scim", "/.well-known", "/healthz", "/readyz"];
const MISSING: &str = "Cloister runs here, but this server was built without its console.\n\n\
    Use the command line (`cloister login`), or build the console and then the server again:\n\n    \
    cd web && npm ci && npm run build\n    cargo build\n";

fn of_programs(path: &str) -> bool {
    PROGRAMS
        .iter()
        .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn absent() -> Response {
    Failure::new(404, "not-found", "there is no such endpoint").into_response()
}

/// What no route answers: a file of the console, its page for every address of its own, or nothing.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    answer(&method, uri.path(), &headers)
}

fn answer(method: &Method, path: &str, headers: &HeaderMap) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) || of_programs(path) {
        return absent();
    }
    let coding = Coding::of(headers);
    if let Some(file) = find(path.trim_start_matches('/'), coding) {
        return shown(&file, headers);
    }
    if path.starts_with("/assets/") || !wants_html(headers) {
        return absent();
    }
    match find("index.html", coding) {
        Some(page) => shown(&page, headers),
        None => {
            (StatusCode::OK, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], MISSING).into_response()
        }
    }
}

fn shown(file: &File, asked: &HeaderMap) -> Response {
    let known = asked.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let same =
        known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.tag));
    let mut response =
        if same { StatusCode::NOT_MODIFIED.into_response() } else { file.bytes.clone().into_response() };
    let kept = if file.hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    if let Ok(tag) = HeaderValue::from_str(&file.tag) {
        headers.insert(header::ETAG, tag);
    }
    if let Some(coding) = file.coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &str, pairs: &[(&'static str, &str)]) -> Response {
        let headers =
            pairs.iter().map(|(n, v)| (n.parse().unwrap(), HeaderValue::from_str(v).unwrap())).collect();
        answer(&Method::GET, path, &headers)
    }

    fn text<'a>(response: &'a Response, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn programs_get_problems_and_people_get_a_page() {
        let page = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
        for path in
            ["/api/v1/nothing", "/api", "/auth/nothing", "/scim/v2/Users", "/.well-known/x", "/assets/x.js"]
        {
            let response = asked(path, &page);
            assert_eq!(
                (response.status().as_u16(), text(&response, "content-type")),
                (404, "application/problem+json"),
                "{path}"
            );
        }
        for path in ["/", "/workspaces/abc", "/apiary", "/authors"] {
            let response = asked(path, &page);
            assert_eq!(response.status(), 200, "{path}");
            assert!(text(&response, "content-type").starts_with("text/"), "{path}");
        }
        assert_eq!(asked("/workspaces/abc", &[("accept", "application/json")]).status(), 404);
        assert_eq!(answer(&Method::POST, "/", &HeaderMap::new()).status(), 404);
    }

    #[test]
    fn the_page_is_asked_for_again_each_time_and_not_sent_twice() {
        let page = [("accept", "text/html")];
        let first = asked("/", &page);
        if text(&first, "content-type").starts_with("text/plain") {
            // Built without a console: there is no page to compare.
            assert!(MISSING.contains("npm run build"));
            return;
        }
        assert_eq!(text(&first, "cache-control"), "no-cache");
        assert!(text(&first, "content-security-policy").contains("script-src 'self';"));
        let tag = text(&first, "etag").to_owned();
        let again = asked("/trust", &[("accept", "text/html"), ("if-none-match", &tag)]);
        assert_eq!(again.status(), 304, "the page is the same at every address");
        let packed = asked("/", &[("accept", "text/html"), ("accept-encoding", "gzip, br")]);
        assert_eq!(text(&packed, "content-encoding"), "br");
        assert_ne!(text(&packed, "etag"), tag, "another representation has another tag");
    }
}
