//! Plain HTTP by hand, for requests that no client of ours would send.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The body, where it is a JSON object.
    pub(crate) json: Value,
    pub(crate) body: String,
    head: String,
}

impl Answer {
    /// A header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers(name).into_iter().next()
    }

    /// All headers of a name.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned()).collect()
    }
}

/// Sends one request; gives status and body.
pub(crate) fn request(url: &str, method: &str, path: &str, headers: &[&str], body: &[u8]) -> (u16, Value) {
    let answer = exchange(url, method, path, headers, body);
    (answer.status, answer.json)
}

/// Sends one request.
pub(crate) fn exchange(url: &str, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for header in headers {
        head.push_str(&format!("{header}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes()).unwrap();
    // A server that refuses early closes before it has read everything: no fault of the test.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_default();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let json = body.find('{').and_then(|at| body.rfind('}').map(|end| &body[at..=end]));
    let json = json.and_then(|j| serde_json::from_str(j).ok()).unwrap_or(Value::Null);
    Answer { status, json, body: body.to_owned(), head: head.to_owned() }
}
