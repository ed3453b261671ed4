//! Bodies that are too large, or not what their length says.

use std::{io::Write, thread};

use serde_json::json;

use super::{Server, connect, problem, raw, rest, sized, start, statuses};
use crate::http::request;

const GIGABYTE: usize = 1 << 30;
const PIECE: usize = 64 << 10;

/// Sends a gigabyte after a head, or as much as is taken; gives what comes back and how much was taken.
fn flood(url: &str, head: &str, chunked: &str) -> (String, usize) {
    let mut stream = connect(url);
    stream.write_all(head.as_bytes()).unwrap();
    let piece = match chunked {
        "" => vec![b' '; PIECE],
        _chunks => [format!("{PIECE:x}\r\n").as_bytes(), &vec![b' '; PIECE], b"\r\n"].concat(),
    };
    let mut sent = 0;
    while sent < GIGABYTE && stream.write_all(&piece).is_ok() {
        sent += PIECE;
    }
    (rest(&mut stream).0, sent)
}

#[test]
fn hostile_a_gigabyte_is_refused_early_and_costs_no_memory() {
    let (deployment, who) = start(&[]);
    let server = Server::of(&deployment);
    let upload = json!({ "dataset": "00000000-0000-7000-8000-000000000001", "version": 1, "name": "part-00000.parquet" });
    let begun = request(&deployment.url, "POST", "/api/v1/uploads", &[&who], upload.to_string().as_bytes()).1;
    let part = format!("/api/v1/uploads/{}/parts/0", begun["id"].as_str().unwrap());
    let before = server.memory();
    let (length, chunked) = (format!("content-length: {GIGABYTE}"), "transfer-encoding: chunked");
    let mut heads = Vec::new();
    for how in [length.as_str(), chunked] {
        for (method, path, more, status) in [
            ("POST", "/api/v1/sessions", "x: x", 413),
            ("POST", "/api/v1/tokens", &*who, 413),
            ("POST", "/api/v1/tokens", "idempotency-key: large", 413),
            ("PUT", &*part, &*who, 413),
            ("PUT", &*part, "x: x", 401),
            ("GET", "/api/v1/me", &*who, 200),
            ("POST", "/api/v1/nothing", "x: x", 404),
        ] {
            let head = format!("{method} {path} HTTP/1.1\r\nhost: a\r\n{more}\r\n{how}\r\n\r\n");
            heads.push((head, if how == chunked { chunked } else { "" }, status));
        }
    }
    for _ in 0..sized(1, 10) {
        let url = deployment.url.as_str();
        // All at once.
        thread::scope(|scope| {
            let floods = heads.iter().map(|(head, chunked, status)| {
                (head, status, scope.spawn(move || flood(url, head, chunked)))
            });
            for (head, status, flood) in floods.collect::<Vec<_>>() {
                let (said, sent) = flood.join().unwrap();
                assert_eq!(statuses(&said), [*status], "{head}{said}");
                assert!(sent < 64 << 20, "{head}: {} MB were taken", sent >> 20);
                if *status > 400 {
                    assert!(problem(&said)["type"].is_string(), "{said}");
                }
            }
        });
    }
    let more = server.memory().saturating_sub(before) >> 20;
    eprintln!("measured: {} bodies of a gigabyte, {more} MB more memory", heads.len() * sized(1, 10));
    assert!(more < 150, "{more} MB more memory");
    server.healthy(&deployment, &who);
}

#[test]
fn hostile_a_body_that_is_not_as_long_as_it_says_harms_nobody() {
    let (deployment, who) = start(&["--body-timeout", "2"]);
    let server = Server::of(&deployment);
    let head = |length: &str| format!("POST /api/v1/sessions HTTP/1.1\r\nhost: a\r\n{length}\r\n\r\n");
    // Less than said, and then nothing, or the end.
    let (said, _) = raw(&deployment.url, format!("{}{{}}", head("content-length: 100")).as_bytes());
    assert_eq!(statuses(&said), [408], "{said}");
    let mut cut = connect(&deployment.url);
    cut.write_all(format!("{}{{}}", head("content-length: 100")).as_bytes()).unwrap();
    drop(cut);
    // More than said: what follows is no request.
    let (said, closed) =
        raw(&deployment.url, format!("{}{{}} and more\r\n\r\n", head("content-length: 2")).as_bytes());
    assert!(closed && matches!(statuses(&said)[..], [422] | [422, 400]), "{said}");
    for length in [
        "content-length: -1",
        "content-length: +2",
        "content-length: 0x2",
        "content-length: 2, 3",
        "content-length: 2\r\ncontent-length: 3",
        "content-length: 99999999999999999999999",
    ] {
        let (said, closed) = raw(&deployment.url, format!("{}{{}}", head(length)).as_bytes());
        assert!(closed && statuses(&said) == [400], "{length}: {said}");
    }
    server.healthy(&deployment, &who);
}
