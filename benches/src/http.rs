//! Load by connections that ask again as soon as they are answered. They speak just enough HTTP/1.1 to cost little: what
//! is measured is the server beside them.

use std::{
    io,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use crate::{Failure, figures::millis};

/// One kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    host: String,
    token: String,
}

/// An answer's status and body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// To `http://host:port`.
    pub(crate) async fn to(url: &str, token: &str) -> io::Result<Self> {
        let host = url.strip_prefix("http://").ok_or_else(|| io::Error::other("no TLS here"))?.to_owned();
        let stream = TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(1 << 16), host, token: token.to_owned() })
    }

    /// Asks and waits for the whole answer.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: &str) -> io::Result<Answer> {
        let (host, token, length) = (&self.host, &self.token, body.len());
        let request = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(self.buffer.get(..head).unwrap_or_default()).to_ascii_lowercase();
        let status = text
            .split(' ')
            .nth(1)
            .and_then(|word| word.parse().ok())
            .ok_or_else(|| io::Error::other("no status"))?;
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: Option<usize> = length.and_then(|length| length.trim().parse().ok());
        let length = length.ok_or_else(|| io::Error::other("an answer without its length"))?;
        while self.buffer.len() < head + length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Answer { status, body: self.buffer.split_off(head) })
    }
}

/// What is asked, by how many connections, for how long.
pub(crate) struct Load<'a> {
    pub(crate) server: &'a str,
    pub(crate) token: &'a str,
    pub(crate) path: &'a str,
    pub(crate) connections: usize,
    pub(crate) length: Duration,
}

impl Load<'_> {
    /// Milliseconds of each answer, and how long all took.
    pub(crate) async fn run(&self) -> Result<(Vec<f64>, Duration), Failure> {
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..self.connections {
            let mut connection = Connection::to(self.server, self.token).await?;
            let (path, length) = (self.path.to_owned(), self.length);
            tasks.spawn(async move {
                let mut times = Vec::new();
                while begun.elapsed() < length {
                    let asked = Instant::now();
                    let answer = connection.ask("GET", &path, "").await?;
                    if answer.status != 200 {
                        return Err(io::Error::other(format!("{path}: {}", answer.status)));
                    }
                    times.push(millis(asked.elapsed()));
                }
                Ok(times)
            });
        }
        let mut all = Vec::new();
        while let Some(times) = tasks.join_next().await {
            all.extend(times??);
        }
        Ok((all, begun.elapsed()))
    }
}
