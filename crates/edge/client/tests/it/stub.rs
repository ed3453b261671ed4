//! A server that answers what a test tells it.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use serde_json::Value;

/// The problem document of a 404.
const NOTHING: &[u8] =
    br#"{"type":"https://cloister.dev/problems/not-found","title":"not found","status":404}"#;

/// What was asked: `METHOD /path`, and the body.
type Handler = dyn Fn(&str, &Value) -> Option<Vec<u8>> + Send + Sync;

pub(crate) struct Stub {
    pub(crate) url: String,
    asked: Arc<Mutex<BTreeMap<String, Value>>>,
}

impl Stub {
    /// `handler` gives the body of a 200, or none for a 404.
    pub(crate) fn start(handler: impl Fn(&str, &Value) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(BTreeMap::new()));
        let (handler, seen): (Arc<Handler>, _) = (Arc::new(handler), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (handler, seen) = (Arc::clone(&handler), Arc::clone(&seen));
                std::thread::spawn(move || answer(stream, &*handler, &seen));
            }
        });
        Self { url, asked }
    }

    /// The body of the last request to `METHOD /path`.
    pub(crate) fn asked(&self, line: &str) -> Value {
        self.asked.lock().unwrap().get(line).cloned().unwrap_or_default()
    }
}

fn answer(mut stream: TcpStream, handler: &Handler, seen: &Mutex<BTreeMap<String, Value>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let line = first.rsplit_once(' ').map_or("", |(line, _)| line).replace("/api/v1", "");
    let line = line.split('?').next().unwrap_or_default().to_owned();
    // What is no JSON is told by its size.
    let length = if body.is_empty() { Value::Null } else { body.len().into() };
    let body: Value = serde_json::from_slice(&body).unwrap_or(length);
    let (status, out) = match handler(&line, &body) {
        Some(out) => ("200 OK", out),
        None => ("404 Not Found", NOTHING.to_vec()),
    };
    seen.lock().unwrap().insert(line, body);
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", out.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&out)).unwrap();
}
