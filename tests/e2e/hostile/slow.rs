//! Clients that take their time.

use std::{
    io::Write,
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use cloister_testkit::Deployment;

use super::{Server, answers_soon, connect, problem, rest, sized, start, statuses};

/// Seconds that a head, a body, the taking of an answer may last here.
const HURRY: [&str; 6] = ["--head-timeout", "2", "--body-timeout", "3", "--answer-timeout", "3"];

/// So many connections, each with these bytes at once: a head that begins late is a slow one, however many there are.
fn begun(deployment: &Deployment, many: usize, bytes: &str) -> Vec<TcpStream> {
    let one = |_| {
        let mut stream = connect(&deployment.url);
        stream.write_all(bytes.as_bytes()).unwrap();
        stream
    };
    (0..many).map(one).collect()
}

fn trickle(streams: &mut [TcpStream], byte: &[u8], until: Duration, meanwhile: impl Fn()) {
    let begun = Instant::now();
    while begun.elapsed() < until {
        for stream in &mut *streams {
            // Those that were cut already cannot be written to.
            let _ = stream.write_all(byte);
        }
        meanwhile();
        thread::sleep(Duration::from_millis(150));
    }
}

#[test]
fn hostile_slow_heads_and_silent_connections_are_cut_while_others_are_answered() {
    let (deployment, who) = start(&HURRY);
    let server = Server::of(&deployment);
    let many = sized(100, 2000);
    let mut slow = begun(&deployment, many, "GET /api/v1/me HTTP/1.1\r\nhost: a\r\nx: ");
    let mut silent = begun(&deployment, many, "");
    // One request, then nothing more on a connection that stays open.
    let mut idle = begun(&deployment, many, "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
    trickle(&mut slow, b"x", Duration::from_secs(4), || {
        answers_soon(&deployment, &who);
    });
    let begun = Instant::now();
    for stream in slow.iter_mut().chain(&mut silent) {
        let (said, closed) = rest(stream);
        assert!(closed && statuses(&said).iter().all(|status| *status == 408), "{said}");
    }
    for stream in &mut idle {
        let (said, closed) = rest(stream);
        assert!(closed && statuses(&said).contains(&200), "{said}");
    }
    assert!(begun.elapsed() < Duration::from_secs(8), "they were cut before: {:?}", begun.elapsed());
    server.healthy(&deployment, &who);
}

#[test]
fn hostile_a_body_that_trickles_is_refused_in_time() {
    let (deployment, who) = start(&HURRY);
    let server = Server::of(&deployment);
    let key = "idempotency-key: slow\r\n";
    for (path, more) in [("/api/v1/sessions", ""), ("/api/v1/tokens", ""), ("/api/v1/tokens", key)] {
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: a\r\n{who}\r\n{more}content-length: 1000\r\n\r\n{{");
        let mut slow = begun(&deployment, sized(20, 500), &head);
        trickle(&mut slow, b" ", Duration::from_secs(4), || {
            answers_soon(&deployment, &who);
        });
        for stream in &mut slow {
            let (said, closed) = rest(stream);
            assert_eq!(statuses(&said), [408], "{path}: {said}");
            assert!(closed && problem(&said)["type"].as_str().unwrap().ends_with("/too-slow"), "{said}");
        }
    }
    server.healthy(&deployment, &who);
}

#[test]
fn hostile_a_client_that_never_reads_its_answers_is_cut() {
    let (deployment, who) = start(&HURRY);
    let server = Server::of(&deployment);
    let before = server.memory();
    let ask = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: a\r\n\r\n".repeat(400);
    let mut deaf: Vec<TcpStream> = (0..sized(5, 50)).map(|_| connect(&deployment.url)).collect();
    for stream in &mut deaf {
        stream.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
        // The server stops reading once it cannot write.
        let _ = stream.write_all(ask.as_bytes());
    }
    for _ in 0..20 {
        answers_soon(&deployment, &who);
        thread::sleep(Duration::from_millis(300));
    }
    for stream in &mut deaf {
        let (said, closed) = rest(stream);
        assert!(closed, "still open");
        assert!(statuses(&said).len() < 400, "it was served whole: the buffers are larger than the answers");
    }
    let more = server.memory().saturating_sub(before) >> 20;
    assert!(more < 200, "{more} MB more memory");
    server.healthy(&deployment, &who);
}
