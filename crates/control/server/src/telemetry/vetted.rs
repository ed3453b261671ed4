//! What leaves: a list of spans, and of each a list of attributes. What is not on it is not sent, whoever adds a field
//! to a span somewhere.

use std::time::Duration;

use opentelemetry::{
    KeyValue, Value,
    trace::{SpanId, SpanKind, Status},
};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanEvents, SpanExporter, SpanLinks},
};

/// The spans by their names in the program.
pub(super) const SPANS: [&str; 5] = ["serve", "job", "integrate", "begin", "commit"];

/// An exporter that gets what is on the list.
#[derive(Debug)]
pub(super) struct Vetted<E>(pub(super) E);

impl<E: SpanExporter> SpanExporter for Vetted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let batch: Vec<SpanData> = batch.into_iter().filter_map(vet).collect();
        if batch.is_empty() { Ok(()) } else { self.0.export(batch).await }
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

/// The span as it may leave, if it may.
fn vet(span: SpanData) -> Option<SpanData> {
    let (name, kind, attributes) = match span.name.as_ref() {
        "serve" => request(&span),
        "job" => {
            let kind = text(&span, "kind").unwrap_or_default();
            (format!("job {kind}"), SpanKind::Internal, vec![KeyValue::new("cloister.job.kind", kind)])
        }
        "integrate" => {
            let entries = number(&span, "entries").map(|n| KeyValue::new("cloister.log.entries", n));
            ("log integrate".into(), SpanKind::Internal, entries.into_iter().collect())
        }
        // Of a request or a job; by itself it says nothing.
        name @ ("begin" | "commit") if span.parent_span_id != SpanId::INVALID => {
            (format!("database {name}"), SpanKind::Internal, vec![])
        }
        _other => return None,
    };
    let failed = number(&span, "status").is_some_and(|status| status >= 500);
    Some(SpanData {
        name: name.into(),
        span_kind: kind,
        attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: if failed { Status::error("") } else { Status::Unset },
        ..span
    })
}

/// By the names of OpenTelemetry's conventions.
fn request(span: &SpanData) -> (String, SpanKind, Vec<KeyValue>) {
    let method = text(span, "method").map_or("_OTHER", |word| method(&word)).to_owned();
    let route = text(span, "route").filter(|route| !route.is_empty());
    let name = route.as_ref().map_or_else(|| method.clone(), |route| format!("{method} {route}"));
    let mut attributes = vec![KeyValue::new("http.request.method", method)];
    attributes.extend(route.map(|route| KeyValue::new("http.route", route)));
    attributes.extend(number(span, "status").map(|n| KeyValue::new("http.response.status_code", n)));
    // A caller may give any text as its request's id; only what looks like one of ours leaves.
    let id = text(span, "request_id").and_then(|id| id.parse::<uuid::Uuid>().ok());
    attributes.extend(id.map(|id| KeyValue::new("cloister.request_id", id.to_string())));
    (name, SpanKind::Server, attributes)
}

/// A method is a word that the caller chooses: those that are none of HTTP's do not leave.
fn method(word: &str) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    known.into_iter().find(|known| *known == word).unwrap_or("_OTHER")
}

fn value<'a>(span: &'a SpanData, key: &str) -> Option<&'a Value> {
    // The last one counts: a field may be recorded after the span began.
    span.attributes.iter().rev().find(|pair| pair.key.as_str() == key).map(|pair| &pair.value)
}

fn text(span: &SpanData, key: &str) -> Option<String> {
    match value(span, key)? {
        Value::String(text) => Some(text.as_str().to_owned()),
        _no_text => None,
    }
}

fn number(span: &SpanData, key: &str) -> Option<i64> {
    match value(span, key)? {
        Value::I64(number) => Some(*number),
        _no_number => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use opentelemetry::{InstrumentationScope, trace::SpanContext};

    use super::*;

    fn span(name: &'static str, attributes: Vec<KeyValue>) -> SpanData {
        SpanData {
            span_context: SpanContext::NONE,
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: name.into(),
            start_time: SystemTime::UNIX_EPOCH,
            end_time: SystemTime::UNIX_EPOCH,
            attributes,
            dropped_attributes_count: 3,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::error("secret"),
            instrumentation_scope: InstrumentationScope::default(),
        }
    }

    #[test]
    fn what_is_not_on_the_list_does_not_leave() {
        let given = vec![
            KeyValue::new("method", "SECRET"),
            KeyValue::new("route", "/api/v1/jobs/{id}"),
            KeyValue::new("request_id", "secret"),
            KeyValue::new("status", 503_i64),
            KeyValue::new("email", "secret@one.example"),
        ];
        let left = vet(span("serve", given)).unwrap();
        assert_eq!(left.name, "_OTHER /api/v1/jobs/{id}");
        assert_eq!(left.status, Status::error(""));
        assert_eq!(
            left.attributes,
            [
                KeyValue::new("http.request.method", "_OTHER"),
                KeyValue::new("http.route", "/api/v1/jobs/{id}"),
                KeyValue::new("http.response.status_code", 503_i64),
            ]
        );
        assert!(!format!("{left:?}").to_lowercase().contains("secret"), "{left:?}");
        assert!(vet(span("anything", vec![])).is_none());
        assert!(vet(span("commit", vec![])).is_none(), "of nothing");
    }
}
