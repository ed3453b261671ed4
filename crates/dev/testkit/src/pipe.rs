//! A pipe between two programs that loses answers.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
};

type Lost = Arc<Mutex<BTreeMap<String, u32>>>;

/// Carries requests to a server; the first answers to each question are lost on the way back, after it did what it was
/// asked. Lives as long as the test's process.
pub struct LossyPipe {
    /// Where to ask instead.
    pub url: String,
    lost: Lost,
}

impl LossyPipe {
    /// To the server at `upstream` (`http://host:port`); loses `losses` answers to each method and path that `of` chooses.
    pub fn start(upstream: &str, losses: u32, of: fn(&str) -> bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|e| panic!("a pipe: {e}"));
        let address = listener.local_addr().unwrap_or_else(|e| panic!("a pipe: {e}"));
        let (upstream, lost) = (upstream.trim_start_matches("http://").to_owned(), Lost::default());
        let count = lost.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (upstream, count) = (upstream.clone(), count.clone());
                // What goes wrong ends the connection, as a pipe does.
                std::thread::spawn(move || carry(stream, &upstream, losses, of, &count));
            }
        });
        Self { url: format!("http://{address}"), lost }
    }

    /// How many answers were lost, by question.
    pub fn lost(&self) -> BTreeMap<String, u32> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn carry(
    mut from: TcpStream,
    upstream: &str,
    losses: u32,
    of: fn(&str) -> bool,
    lost: &Lost,
) -> io::Result<()> {
    let (question, request) = request(&mut from)?;
    let mut to = TcpStream::connect(upstream)?;
    to.write_all(&request)?;
    let mut answer = Vec::new();
    to.read_to_end(&mut answer)?;
    if of(&question) {
        let mut lost = lost.lock().unwrap_or_else(PoisonError::into_inner);
        let times = lost.entry(question).or_default();
        if *times < losses {
            *times += 1;
            return Ok(());
        }
    }
    from.write_all(&answer)
}

/// One request, with `connection: close`, and its method and path.
fn request(from: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 16 << 10]);
    let ended = || io::Error::from(io::ErrorKind::UnexpectedEof);
    loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
            });
            if bytes.len() >= at + 4 + length.unwrap_or(0) {
                let question = head.lines().next().unwrap_or_default().replace(" HTTP/1.1", "");
                let body = bytes.split_off(at);
                bytes.extend_from_slice(b"\r\nconnection: close");
                bytes.extend(body);
                return Ok((question, bytes));
            }
        }
        match from.read(&mut buffer)? {
            0 => return Err(ended()),
            n => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}
