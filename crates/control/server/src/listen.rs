//! How long a client may take, and how much it may say before it has said anything.
//!
//! Invariants: a connection costs nothing for longer than [`Patience`] allows, whatever the other side does; a silent
//! one on which an event stream is open is the exception, and streams are counted. Limit: a client that reads slowly but
//! steadily holds its connection for as long as its answer takes.

use std::{future::Future, io, net::SocketAddr, pin::Pin, time::Duration};

use axum_server::{Server, accept::Accept};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

/// The most bytes of a request's head.
const MOST_HEAD: usize = 64 << 10;
/// The most headers.
const MOST_HEADERS: usize = 100;
/// Requests that one connection of HTTP/2 may have open.
const MOST_STREAMS: u32 = 64;
/// After so much silence the other side is asked whether it is still there.
const STILL_THERE: Duration = Duration::from_secs(60);

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request, the wait for one included.
    pub head: Duration,
    /// For the body, from the head on.
    pub body: Duration,
    /// To take the next bytes of an answer.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(30), body: Duration::from_secs(45), answer: Duration::from_secs(60) }
    }
}

/// Takes connections that end when the other side is gone, or does not take what it is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guarded(pub(crate) Patience);

impl Guarded {
    fn guard(self, stream: TcpStream) -> io::Result<Pin<Box<TimeoutStream<TcpStream>>>> {
        stream.set_nodelay(true)?;
        let socket = SockRef::from(&stream);
        socket
            .set_tcp_keepalive(&TcpKeepalive::new().with_time(STILL_THERE).with_interval(STILL_THERE / 4))?;
        socket.set_tcp_user_timeout(Some(self.0.answer))?;
        let mut timed = TimeoutStream::new(stream);
        timed.set_write_timeout(Some(self.0.answer));
        Ok(Box::pin(timed))
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for Guarded {
    type Stream = Pin<Box<TimeoutStream<TcpStream>>>;
    type Service = S;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, S)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let guarded = self.guard(stream);
        Box::pin(async move { Ok((guarded?, service)) })
    }
}

/// The limits of heads, on a server of either kind.
pub(crate) fn bounded<A>(mut server: Server<SocketAddr, A>, patience: Patience) -> Server<SocketAddr, A> {
    let builder = server.http_builder();
    builder.http1().header_read_timeout(patience.head).max_buf_size(MOST_HEAD).max_headers(MOST_HEADERS);
    let head = u32::try_from(MOST_HEAD).unwrap_or(u32::MAX);
    builder
        .http2()
        .max_header_list_size(head)
        .max_concurrent_streams(MOST_STREAMS)
        .keep_alive_interval(patience.head)
        .keep_alive_timeout(patience.head);
    server.first_request_timeout(patience.head)
}

/// As many open files as the operator allows: each connection is one, and shells often give 1,024 where they could
/// give more.
pub(crate) fn open_files() -> io::Result<u64> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    Ok(most)
}
