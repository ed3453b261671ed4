//! Requests that are none, or say what nobody should.

use serde_json::Value;

use super::{Server, problem, raw, start, statuses};
use crate::http::exchange;

/// A request to sign in, with this body.
fn sign_in(body: &[u8], more: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{more}content-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn get(path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{more}\r\n").into_bytes()
}

#[test]
fn hostile_heads_that_are_none_are_refused_and_the_connection_ends() {
    let (deployment, who) = start(&[]);
    let server = Server::of(&deployment);
    let post = "POST /api/v1/sessions HTTP/1.1\r\nhost: a\r\n";
    let cases: Vec<(&str, Vec<u8>, &[u16])> = vec![
        ("a large header", get("/api/v1/me", &format!("x: {}\r\n", "x".repeat(100 << 10))), &[431]),
        ("many headers", get("/api/v1/me", &"x: x\r\n".repeat(200)), &[431]),
        ("a long path", get(&format!("/{}", "x".repeat(100 << 10)), ""), &[414, 431]),
        ("no version", b"GET /\r\n\r\n".to_vec(), &[400]),
        ("another version", b"GET / HTTP/3.7\r\nhost: a\r\n\r\n".to_vec(), &[400, 505]),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03hello\r\n\r\n".to_vec(), &[400]),
        ("a space in a header's name", get("/healthz", "x y: z\r\n"), &[400]),
        ("a space before the colon", get("/healthz", "x : z\r\n"), &[400]),
        ("a NUL in a header", get("/healthz", "x: a\0b\r\n"), &[400]),
        ("another coding", format!("{post}transfer-encoding: xchunked\r\n\r\n").into_bytes(), &[400]),
        (
            "chunked, then not",
            format!("{post}transfer-encoding: chunked, identity\r\n\r\n").into_bytes(),
            &[400],
        ),
        (
            "a chunk of no size",
            format!("{post}transfer-encoding: chunked\r\n\r\nzz\r\n").into_bytes(),
            &[400],
        ),
        (
            "two hosts",
            b"GET /api/v1/me HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n".to_vec(),
            &[400],
        ),
    ];
    for (what, bytes, expected) in cases {
        let (said, closed) = raw(&deployment.url, &bytes);
        assert!(closed, "{what}: still open: {said}");
        assert_eq!(statuses(&said).len(), 1, "{what}: {said}");
        assert!(expected.contains(&statuses(&said)[0]), "{what}: {said}");
    }
    server.healthy(&deployment, &who);
}

#[test]
fn hostile_a_request_within_a_request_is_not_carried_out() {
    let (deployment, who) = start(&[]);
    let server = Server::of(&deployment);
    let inner = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: a\r\n\r\n";
    let chunks = format!("0\r\n\r\n{inner}");
    for lengths in [
        format!("content-length: {}\r\ntransfer-encoding: chunked", chunks.len()),
        format!("transfer-encoding: chunked\r\ncontent-length: {}", chunks.len()),
        "content-length: 4\r\ntransfer-encoding: chunked".to_owned(),
    ] {
        let bytes = format!("POST /api/v1/sessions HTTP/1.1\r\nhost: a\r\n{lengths}\r\n\r\n{chunks}");
        let (said, closed) = raw(&deployment.url, bytes.as_bytes());
        assert!(closed && statuses(&said) == [400], "{lengths}: {said}");
    }
    server.healthy(&deployment, &who);
}

#[test]
fn hostile_bodies_are_refused_with_a_problem() {
    let (deployment, who) = start(&[]);
    let server = Server::of(&deployment);
    let json = |text: &str| sign_in(text.as_bytes(), "");
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("100,000 arrays", json(&"[".repeat(100_000)), 422),
        ("100,000 objects", json(&"{\"a\":".repeat(100_000)), 422),
        ("a deep field", json(&format!("{{\"email\":{}}}", "[".repeat(100_000))), 422),
        ("a huge number", json("{\"email\":1e99999}"), 422),
        ("a long number", json(&format!("{{\"email\":{}}}", "9".repeat(10_000))), 422),
        (
            "a name twice",
            json("{\"email\":\"a@b.example\",\"email\":\"a@b.example\",\"password\":\"x\"}"),
            422,
        ),
        ("NUL", json("{\"email\":\"a@b.example\",\"password\":\"a\\u0000b\"}"), 422),
        ("half a pair", json("{\"email\":\"a@b.example\",\"password\":\"\\ud800\"}"), 400),
        ("no UTF-8", sign_in(b"{\"email\":\"a@b.example\",\"password\":\"\xff\xfe\"}", ""), 400),
        ("nothing", json(""), 400),
        ("gzip", sign_in(b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "content-encoding: gzip\r\n"), 415),
        ("brotli", sign_in(b"{}", "content-encoding: br\r\n"), 415),
    ];
    for (what, bytes, expected) in cases {
        let (said, closed) = raw(&deployment.url, &bytes);
        let told = problem(&said);
        assert!(closed, "{what}: {said}");
        // What is wrong first is a matter of where reading stops.
        let either = [expected, if expected == 422 { 400 } else { expected }];
        assert!(either.contains(&statuses(&said)[0]), "{what}: {said}");
        assert!(
            told["type"].is_string() && told["request_id"].is_string() && told["detail"].is_string(),
            "{what}: {said}"
        );
    }
    server.healthy(&deployment, &who);
}

#[test]
fn hostile_paths_methods_and_old_versions_are_answered_clearly() {
    let (deployment, who) = start(&[]);
    let server = Server::of(&deployment);
    let url = &deployment.url;
    let dataset = "00000000-0000-7000-8000-000000000001";
    for path in [
        "/api/v1/log/tile/../../../../../etc/passwd",
        "/api/v1/log/tile/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/api/v1/log/tile/0/..%2f..%2f..%2fserver%2flog.key",
        "/api/v1/log/tile//etc/passwd",
        &format!("/api/v1/datasets/{dataset}/files/1/..%2f..%2fserver%2flog.key"),
        &format!("/api/v1/runs/{dataset}/outputs/..%2f..%2fserver%2flog.key"),
        "/api/v1/runs/%ff%fe",
        "/api/v1/runs/a%00b",
        "/api/v1/certificates?email=a%00b",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
    ] {
        let answer = exchange(url, "GET", path, &[&who], b"");
        assert!(matches!(answer.status, 400 | 404), "{path}: {} {}", answer.status, answer.body);
        assert!(answer.json["type"].is_string(), "{path}: {}", answer.body);
        assert!(!answer.body.contains("root:"), "{path}: {}", answer.body);
    }
    for name in ["../../x", "/etc/passwd", "a/b", "..", ".", "a\\\\b", ""] {
        let body = format!("{{\"dataset\":\"{dataset}\",\"version\":1,\"name\":\"{name}\"}}");
        let answer = exchange(url, "POST", "/api/v1/uploads", &[&who], body.as_bytes());
        assert!(matches!(answer.status, 400 | 422), "{name}: {} {}", answer.status, answer.json);
    }
    for method in ["BREW", "TRACE", "OPTIONS", "PROPFIND", "PATCH", "get"] {
        let answer = exchange(url, method, "/api/v1/me", &[&who], b"");
        assert_eq!(answer.status, 405, "{method}: {}", answer.body);
        assert!(answer.json["type"].is_string(), "{method}: {}", answer.body);
        assert!(answer.header("allow").is_some_and(|allowed| allowed.contains("GET")), "{method}");
    }
    let (said, closed) = raw(url, b"GET /healthz HTTP/1.0\r\n\r\n");
    assert!(closed && statuses(&said) == [200], "{said}");
    let (said, _) =
        raw(url, b"GET http://other.example/api/v1/me HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert_eq!(statuses(&said), [401], "{said}");
    let (said, _) = raw(
        url,
        b"CONNECT other.example:443 HTTP/1.1\r\nhost: other.example:443\r\nconnection: close\r\n\r\n",
    );
    assert!(matches!(statuses(&said)[..], [400 | 404 | 405]), "{said}");
    assert_ne!(problem(&said), Value::Null, "{said}");
    server.healthy(&deployment, &who);
}
