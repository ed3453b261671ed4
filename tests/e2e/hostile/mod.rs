//! Clients that mean no good, or are broken: each is refused or cut in time, others are answered meanwhile, nothing is
//! lost.
//!
//! Small in `cargo xtask test`; `cargo xtask hammer` sets `CLOISTER_TEST_SIZE=full`.

mod large;
mod malformed;
mod slow;
mod streams;

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use cloister_testkit::{Binaries, Deployment};
use serde_json::{Value, json};

use crate::{
    http::request,
    world::{ANA, PASSWORD, enter},
};

/// The smaller number, or the larger at full size.
#[expect(clippy::disallowed_methods, reason = "tests are composition roots of their own")]
fn sized(small: usize, full: usize) -> usize {
    match std::env::var("CLOISTER_TEST_SIZE").as_deref() {
        Ok("full") => full,
        Ok(_) | Err(_) => small,
    }
}

/// A deployment that does not count requests, with more words; and Ana's credential.
fn start(words: &[&str]) -> (Deployment, String) {
    let uncounted = ["--rate-per-address", "0", "--rate-per-credential", "0"];
    let deployment = Deployment::start_as(Binaries::built(), &[&uncounted[..], words].concat());
    enter(&deployment, &deployment.user("ana"), ANA, "North Hospital");
    let body = json!({ "email": ANA, "password": PASSWORD }).to_string();
    let (status, signed) = request(&deployment.url, "POST", "/api/v1/sessions", &[], body.as_bytes());
    assert_eq!(status, 200, "{signed}");
    let who = format!("authorization: Bearer {}", signed["token"].as_str().unwrap());
    (deployment, who)
}

fn connect(url: &str) -> TcpStream {
    let stream = TcpStream::connect(url.trim_start_matches("http://").trim_end_matches('/')).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// What comes back until the server closes the connection, and whether it did.
fn rest(stream: &mut TcpStream) -> (String, bool) {
    let (mut all, mut piece) = (Vec::new(), [0; 16 << 10]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return (String::from_utf8_lossy(&all).into_owned(), true),
            Ok(read) => all.extend_from_slice(&piece[..read]),
            Err(error) => {
                let closed = error.kind() == std::io::ErrorKind::ConnectionReset;
                return (String::from_utf8_lossy(&all).into_owned(), closed);
            }
        }
    }
}

/// Sends bytes as they are; gives all that comes back. A server that refuses early may close before it has read all.
fn raw(url: &str, bytes: &[u8]) -> (String, bool) {
    let mut stream = connect(url);
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let _ = stream.write_all(bytes);
    rest(&mut stream)
}

/// The statuses of the answers in a text.
fn statuses(text: &str) -> Vec<u16> {
    let answers = text.split("HTTP/1.").skip(1);
    answers.filter_map(|answer| answer.split(' ').nth(1)?.parse().ok()).collect()
}

/// The problem in an answer.
fn problem(text: &str) -> Value {
    let json = text.find('{').and_then(|from| text.rfind('}').map(|to| &text[from..=to]));
    json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or(Value::Null)
}

/// Asks something that needs the database; it must be answered soon.
fn answers_soon(deployment: &Deployment, who: &str) -> Duration {
    let begun = Instant::now();
    let (status, said) = request(&deployment.url, "GET", "/api/v1/me", &[who], b"");
    assert_eq!(status, 200, "{said}");
    assert!(begun.elapsed() < Duration::from_secs(3), "an ordinary request took {:?}", begun.elapsed());
    begun.elapsed()
}

/// The server's process.
struct Server(i32);

impl Server {
    fn of(deployment: &Deployment) -> Self {
        Self(deployment.children("cloister-server")[0])
    }

    /// Bytes of memory in use.
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
    }

    /// It is the one it was, serves, and has not panicked.
    fn healthy(&self, deployment: &Deployment, who: &str) {
        assert_eq!(deployment.children("cloister-server"), [self.0], "the server was started again");
        answers_soon(deployment, who);
        assert_eq!(request(&deployment.url, "GET", "/readyz", &[], b"").0, 200);
        assert!(!deployment.log().contains("panicked"), "{}", deployment.log());
    }
}
