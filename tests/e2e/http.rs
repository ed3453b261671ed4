//! Plain HTTP by hand, to a server that must be there.

pub(crate) use cloister_testkit::http::Answer;
use serde_json::Value;

/// Sends one request; gives status and body.
pub(crate) fn request(url: &str, method: &str, path: &str, headers: &[&str], body: &[u8]) -> (u16, Value) {
    let answer = exchange(url, method, path, headers, body);
    (answer.status, answer.json)
}

/// Sends one request.
pub(crate) fn exchange(url: &str, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
    cloister_testkit::http::exchange(url, method, path, headers, body).unwrap()
}
