//! Thousands of event streams on which nothing happens.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{Server, answers_soon, connect, problem, rest, sized, start, statuses};
use crate::http::request;

fn open(url: &str, who: &str) -> TcpStream {
    let mut stream = connect(url);
    let ask = format!("GET /api/v1/events HTTP/1.1\r\nhost: a\r\n{who}\r\n\r\n");
    stream.write_all(ask.as_bytes()).unwrap();
    stream
}

/// Reads until a word came; gives all that was read.
fn until(stream: &mut TcpStream, word: &str) -> String {
    let (mut said, mut piece) = (String::new(), [0; 4096]);
    while !said.contains(word) {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => panic!("`{word}` did not come: {said}"),
            Ok(read) => said.push_str(&String::from_utf8_lossy(&piece[..read])),
        }
    }
    said
}

#[test]
fn hostile_thousands_of_idle_streams_leave_room_for_others() {
    // Both ends of a connection are open files, of two processes; some are needed for other things.
    let most = usize::try_from(cloister_testkit::open_files()).unwrap().saturating_sub(500);
    let many = sized(300, 10_000).min(most);
    let (streams, head) = (many.to_string(), ["--head-timeout", "5"]);
    let words = ["--streams", &streams, "--streams-per-user", &streams, head[0], head[1]];
    let (deployment, who) = start(&words);
    let server = Server::of(&deployment);
    let (before, begun) = (server.memory(), Instant::now());
    let mut open_ones: Vec<TcpStream> = Vec::new();
    for _ in 0..many {
        open_ones.push(open(&deployment.url, &who));
        if open_ones.len().is_multiple_of(100) {
            let at = open_ones.len() - 1;
            until(&mut open_ones[at], "event: ready");
        }
    }
    let all = open_ones.len();
    for (at, stream) in open_ones.iter_mut().enumerate() {
        if (at + 1) % 100 != 0 {
            until(stream, "event: ready");
        }
    }
    let (opened, more) = (begun.elapsed(), server.memory().saturating_sub(before));
    let mut times: Vec<Duration> = (0..200).map(|_| answers_soon(&deployment, &who)).collect();
    times.sort_unstable();
    eprintln!(
        "measured: {all} idle streams opened in {opened:?}, {} MB more memory ({} KB each), ordinary requests p50 {:?} p99 {:?}",
        more >> 20,
        (more >> 10) / u64::try_from(all).unwrap(),
        times[times.len() / 2],
        times[times.len() * 99 / 100],
    );
    assert!(more / u64::try_from(all).unwrap() < 100 << 10, "{} MB for {all} streams", more >> 20);
    // One more is too much, and told so.
    let (said, _) = rest(&mut open(&deployment.url, &format!("{who}\r\nconnection: close")));
    assert!(matches!(statuses(&said)[..], [503 | 429]), "{said}");
    assert!(problem(&said)["type"].is_string(), "{said}");
    // Silence does not end them; and what happens is told on all.
    std::thread::sleep(Duration::from_secs(7));
    let hook = br#"{"url":"https://hook.invalid/"}"#;
    let (status, added) = request(&deployment.url, "POST", "/api/v1/webhooks", &[&who], hook);
    assert_eq!(status, 200, "{added}");
    let begun = Instant::now();
    for stream in &mut open_ones {
        until(stream, "webhook.");
    }
    eprintln!("measured: an act was told on {all} streams within {:?}", begun.elapsed());
    drop(open_ones);
    let begun = Instant::now();
    while server_refuses(&deployment.url, &who) {
        assert!(begun.elapsed() < Duration::from_secs(20), "closed streams are counted still");
        std::thread::sleep(Duration::from_millis(100));
    }
    server.healthy(&deployment, &who);
}

fn server_refuses(url: &str, who: &str) -> bool {
    let mut stream = open(url, who);
    let mut piece = [0; 4096];
    let read = stream.read(&mut piece).unwrap();
    !String::from_utf8_lossy(&piece[..read]).contains(" 200 ")
}
