//! OpenTelemetry from the outside: the real binary, and a collector on loopback that keeps what it is sent.

use std::{
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, routing::post};
use cloister_testkit::Database;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value::Value as Any, trace::v1::Span,
};
use prost::Message as _;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// A collector that keeps each body.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<Bytes>>>);

impl Sink {
    async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let kept = self.0.clone();
        let keep = move |body: Bytes| {
            kept.lock().unwrap().push(body);
            async {}
        };
        tokio::spawn(async { axum::serve(listener, Router::new().route("/v1/traces", post(keep))).await });
        url
    }

    fn bodies(&self) -> Vec<Bytes> {
        self.0.lock().unwrap().clone()
    }

    fn spans(&self) -> Vec<Span> {
        let requests = self.bodies().into_iter().map(|body| ExportTraceServiceRequest::decode(body).unwrap());
        let scopes =
            requests.flat_map(|request| request.resource_spans).flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::new()
}

/// A server of its own, without a broker.
struct Server {
    child: Child,
    url: String,
    ready: Value,
    _folder: tempfile::TempDir,
    _database: Database,
}

impl Server {
    async fn start(words: &[&str], environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::of_this_run();
        std::fs::write(folder.path().join("token"), "worker").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloister-server"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--broker", "http://127.0.0.1:1", "--data"])
            .arg(folder.path().join("data"))
            .arg("--worker-token-file")
            .arg(folder.path().join("token"))
            .args(["--database", &database.url_in(folder.path())])
            .args(words)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let url = ready["url"].as_str().unwrap().to_owned();
        Self { child, url, ready, _folder: folder, _database: database }
    }

    /// Stops it; how long that took.
    async fn stop(&mut self) -> Duration {
        let pid = i32::try_from(self.child.id().unwrap()).unwrap();
        let began = Instant::now();
        kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        assert!(ended.unwrap().unwrap().success());
        began.elapsed()
    }

    /// The first organisation and its admin; their token.
    async fn set_up(&self, http: &reqwest::Client) -> (String, reqwest::Response) {
        let secret = self.ready["setup"].as_str().unwrap().split_once('#').unwrap().1;
        let body = json!({ "token": secret, "organisation": "markerorganisation",
            "email": "marker-address@one.example", "password": "marker-password-marker" });
        let request = http
            .post(format!("{}/api/v1/setup?marker-query=marker-query", self.url))
            .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
            .header("tracestate", "marker=marker-state")
            .header("user-agent", "marker-agent")
            .header("x-other", "marker-header")
            .json(&body);
        let mut response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let mut bytes = Vec::new();
        while let Some(part) = response.chunk().await.unwrap() {
            bytes.extend_from_slice(&part);
        }
        let done: Value = serde_json::from_slice(&bytes).unwrap();
        (done["token"].as_str().unwrap().to_owned(), response)
    }
}

fn text<'a>(span: &'a Span, key: &str) -> Option<&'a str> {
    let found = span.attributes.iter().find(|pair| pair.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Any::StringValue(text) => Some(text),
        _other => None,
    }
}

fn number(span: &Span, key: &str) -> Option<i64> {
    let found = span.attributes.iter().find(|pair| pair.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Any::IntValue(number) => Some(*number),
        _other => None,
    }
}

#[tokio::test]
async fn requests_are_spans_under_the_callers_and_carry_nothing_of_what_was_sent() {
    let sink = Sink::default();
    let collector = sink.listen().await;
    let mut server = Server::start(&["--otlp-endpoint", &collector], &[]).await;
    let http = client();
    let (token, answer) = server.set_up(&http).await;
    let method = reqwest::Method::from_bytes(b"MARKERMETHOD").unwrap();
    for request in [
        http.get(format!("{}/api/v1/users?cursor=marker-cursor", server.url)),
        http.get(format!("{}/api/v1/jobs/marker-path", server.url)).header("x-request-id", "marker-request"),
        http.request(method, format!("{}/marker-nowhere", server.url)),
        http.post(format!("{}/api/v1/users", server.url))
            .json(&json!({ "email": "marker-other@one.example" })),
    ] {
        request.bearer_auth(&token).send().await.unwrap();
    }
    server.stop().await;

    let spans = sink.spans();
    let setup = spans.iter().find(|span| span.name == "POST /api/v1/setup").unwrap();
    let given = answer.headers()["traceresponse"].to_str().unwrap();
    let span_id = hex::encode(&setup.span_id);
    assert_eq!(hex::encode(&setup.trace_id), TRACE);
    assert_eq!(hex::encode(&setup.parent_span_id), PARENT);
    assert_eq!(given, format!("00-{TRACE}-{span_id}-01"), "the caller is told which span it was");
    assert_eq!(text(setup, "http.request.method"), Some("POST"));
    assert_eq!(text(setup, "http.route"), Some("/api/v1/setup"));
    assert_eq!(number(setup, "http.response.status_code"), Some(200));
    assert_eq!(text(setup, "cloister.request_id"), answer.headers()["x-request-id"].to_str().ok());
    let inner = |name: &str| {
        spans.iter().any(|span| span.name == name && hex::encode(&span.parent_span_id) == span_id)
    };
    assert!(inner("database begin") && inner("database commit"), "{spans:?}");
    for name in
        ["GET /api/v1/users", "GET /api/v1/jobs/{id}", "_OTHER", "POST /api/v1/users", "log integrate"]
    {
        assert!(spans.iter().any(|span| span.name == name), "{name} in {spans:?}");
    }

    let sent: Vec<String> =
        sink.bodies().iter().map(|body| String::from_utf8_lossy(body).to_lowercase()).collect();
    for secret in ["marker", "one.example", &token.to_lowercase(), "clone_", "bearer", "127.0.0.1"] {
        assert!(sent.iter().all(|body| !body.contains(secret)), "{secret}");
    }
    let attributes = [
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "cloister.request_id",
        "cloister.log.entries",
        "cloister.job.kind",
    ];
    for span in &spans {
        assert!(span.events.is_empty() && span.links.is_empty() && span.trace_state.is_empty(), "{span:?}");
        assert!(span.attributes.iter().all(|pair| attributes.contains(&pair.key.as_str())), "{span:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_unless_a_collector_is_named() {
    let sink = Sink::default();
    let collector = sink.listen().await;
    // The variable of OpenTelemetry itself is not ours.
    let mut server = Server::start(&[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", collector.as_str())]).await;
    let (_, answer) = server.set_up(&client()).await;
    let told = answer.headers()["traceresponse"].to_str().unwrap();
    assert!(told.starts_with(&format!("00-{TRACE}-")), "{told}");
    server.stop().await;
    assert!(sink.bodies().is_empty());
}

#[tokio::test]
async fn a_caller_that_is_not_sampled_is_not_sent() {
    let sink = Sink::default();
    let collector = sink.listen().await;
    let mut server = Server::start(&["--otlp-endpoint", &collector], &[]).await;
    for flags in ["00", "01"] {
        let place = format!("00-{TRACE}-{PARENT}-{flags}");
        let request = client().get(format!("{}/api/v1/log", server.url));
        let answer = request.header("traceparent", place).send().await.unwrap();
        let told = answer.headers()["traceresponse"].to_str().unwrap();
        assert!(told.starts_with(&format!("00-{TRACE}-")) && told.ends_with(flags), "{told}");
    }
    server.stop().await;
    let spans = sink.spans();
    assert_eq!(spans.iter().filter(|span| span.name == "GET /api/v1/log").count(), 1, "{spans:?}");
}

/// A collector that takes connections and never says a word.
async fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            open.push(stream);
        }
    });
    url
}

#[tokio::test]
async fn a_collector_that_hangs_or_is_gone_makes_nobody_wait() {
    for collector in [silent().await, "http://127.0.0.1:1".to_owned()] {
        let words = ["--otlp-endpoint", &collector, "--rate-per-address", "0"];
        let mut server = Server::start(&words, &[]).await;
        let http = client();
        let mut slowest = Duration::ZERO;
        let until = Instant::now() + Duration::from_secs(4);
        while Instant::now() < until {
            let began = Instant::now();
            let answer = http.get(format!("{}/api/v1/log", server.url)).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            slowest = slowest.max(began.elapsed());
        }
        assert!(slowest < Duration::from_millis(1500), "{slowest:?} with {collector}");
        let stopped = server.stop().await;
        assert!(stopped < Duration::from_secs(10), "{stopped:?} with {collector}");
    }
}
