//! Cookies of browsers: the session, and the mark of a sign-in on its way.
//!
//! Invariant: a request that changes something and is authenticated by a cookie comes from a page of this server; a
//! browser says so (`Sec-Fetch-Site`, else `Origin`), and one that says nothing is refused.

use axum::http::{HeaderMap, HeaderValue, Method, header};

use crate::{Shared, problem::Failure};

/// Of a session.
pub(crate) const SESSION: &str = "cloister-session";
/// Of a sign-in on its way.
pub(crate) const LEAVING: &str = "cloister-leaving";

/// With TLS the browser itself keeps the cookie to this host, this path and TLS.
fn full(shared: &Shared, name: &str) -> String {
    if shared.tls { format!("__Host-{name}") } else { name.to_owned() }
}

/// A cookie that scripts cannot read and other sites' posts do not carry; no seconds end it.
pub(crate) fn set(shared: &Shared, name: &str, value: &str, seconds: i64) -> Result<HeaderValue, Failure> {
    let secure = if shared.tls { "; Secure" } else { "" };
    let text =
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", full(shared, name));
    HeaderValue::from_str(&text).map_err(|e| Failure::from(cloister_app::AppError::internal(e)))
}

/// A cookie's value.
pub(crate) fn get<'a>(shared: &Shared, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let name = full(shared, name);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    })
}

/// Whether the request may act for the session of its cookie.
pub(crate) fn same_site(method: &Method, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), _, _) => site == "same-origin",
        (None, Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, named)| named == host),
        (None, _, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_sites_page_cannot_act_for_a_session() {
        let with = |pairs: &[(&'static str, &'static str)]| {
            let headers =
                pairs.iter().map(|(n, v)| (n.parse().unwrap(), HeaderValue::from_static(v))).collect();
            same_site(&Method::POST, &headers)
        };
        assert!(with(&[("sec-fetch-site", "same-origin")]));
        assert!(with(&[("origin", "https://a.example"), ("host", "a.example")]));
        assert!(!with(&[("origin", "https://b.example"), ("host", "a.example")]));
        assert!(!with(&[
            ("sec-fetch-site", "same-site"),
            ("origin", "https://a.example"),
            ("host", "a.example")
        ]));
        assert!(!with(&[("sec-fetch-site", "cross-site")]));
        assert!(!with(&[("host", "a.example")]));
        assert!(same_site(&Method::GET, &HeaderMap::new()));
    }
}
