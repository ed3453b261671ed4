//! A browser as far as redirects and cookies go.

use std::collections::BTreeMap;

use crate::http::{Answer, exchange};

/// Cookies, by server.
#[derive(Default)]
pub(crate) struct Browser(BTreeMap<String, BTreeMap<String, String>>);

/// Server and path of a URL.
pub(crate) fn parts(url: &str) -> (String, String) {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    (format!("{scheme}://{host}"), format!("/{path}"))
}

impl Browser {
    /// One request, without following.
    pub(crate) fn ask(&mut self, method: &str, url: &str, headers: &[&str], body: &str) -> Answer {
        let (server, path) = parts(url);
        let jar = self.0.entry(server.clone()).or_default();
        let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = format!("cookie: {}", cookies.join("; "));
        let mut headers = headers.to_vec();
        headers.push(&cookies);
        let answer = exchange(&server, method, &path, &headers, body.as_bytes());
        for line in answer.headers("set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() || line.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Goes to a URL and on, wherever it leads; gives the last answer.
    pub(crate) fn go(&mut self, url: &str) -> Answer {
        let mut url = url.to_owned();
        for _ in 0..12 {
            let answer = self.ask("GET", &url, &[], "");
            let Some(to) = answer.header("location").filter(|_| (300..400).contains(&answer.status)) else {
                return answer;
            };
            url = if to.starts_with('/') { format!("{}{to}", parts(&url).0) } else { to };
        }
        panic!("redirects without end, at {url}");
    }

    /// Sends a form from a page of the same server.
    pub(crate) fn form(&mut self, url: &str, fields: &str) -> Answer {
        let headers = ["content-type: application/x-www-form-urlencoded", "sec-fetch-site: same-origin"];
        self.ask("POST", url, &headers, fields)
    }

    /// A cookie of a server.
    pub(crate) fn cookie(&self, server: &str, name: &str) -> Option<&String> {
        self.0.get(server)?.get(name)
    }
}
