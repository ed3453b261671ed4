//! OpenTelemetry: traces for whoever runs the server, off unless a collector is named.
//!
//! Invariants: only the spans and attributes of the list in `vetted` leave, and nothing of a body, query, header, person
//! or credential is on it; a collector that is slow, gone or hostile makes no request wait: what does not fit the queue
//! is dropped. Limits: whoever may see the spans sees which routes are called when, and how they end.

mod collector;
mod vetted;

use std::time::Duration;

use opentelemetry::{
    Context,
    trace::{
        SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, TracerProvider as _,
    },
};
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider},
};
use tracing::{Metadata, Span, Subscriber, level_filters::LevelFilter};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

use collector::Collector;
use vetted::Vetted;

const SERVICE: &str = "cloister-server";
/// Spans that wait to be sent; more are dropped.
const QUEUE: usize = 4096;
/// Spans of one request to the collector.
const BATCH: usize = 512;
/// How often what waits is sent.
const EVERY: Duration = Duration::from_secs(1);
/// How long the server waits for the collector when it stops.
const FAREWELL: Duration = Duration::from_secs(3);

/// Why spans cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The client.
    #[error("the client for the collector: {0}")]
    Client(#[from] reqwest::Error),
    /// The exporter.
    #[error("the exporter: {0}")]
    Exporter(#[from] ExporterBuildError),
}

/// The exporter of one process.
pub struct Telemetry(SdkTracerProvider);

/// Spans of this program's own, those for the exporter; a library's, and every event, stay here.
fn own(metadata: &Metadata<'_>) -> bool {
    metadata.is_span()
        && metadata.target().starts_with("cloister_")
        && vetted::SPANS.contains(&metadata.name())
}

impl Telemetry {
    /// Sends to the collector at this URL, by OTLP over HTTP. Call it within the runtime.
    pub fn new(endpoint: &str) -> Result<Self, TelemetryError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new()?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()?;
        let queue = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(EVERY)
            .build();
        let processor = BatchSpanProcessor::builder(Vetted(exporter)).with_batch_config(queue).build();
        // Nothing of the host is detected: its names are not the collector's business.
        let resource = Resource::builder_empty()
            .with_service_name(SERVICE)
            .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
            .with_resource(resource);
        Ok(Self(provider.build()))
    }

    /// What takes the spans up.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(own).with_max_level_hint(LevelFilter::DEBUG))
    }

    /// Sends what waits, and ends; a collector that does not answer is not waited for long.
    pub async fn end(self) {
        let ended = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(FAREWELL)).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the last spans did not reach the collector");
        }
    }
}

/// Where a span stands in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// 32 hexadecimal digits.
    pub(crate) trace: String,
    /// 16.
    pub(crate) span: String,
    /// Sampled or not.
    pub(crate) flags: u8,
}

/// The span as the exporter knows it, under the caller's if there is one; `None` where nothing is exported.
pub(crate) fn placed(span: &Span, parent: Option<&Place>) -> Option<Place> {
    if span.is_disabled() {
        return None;
    }
    let context = match parent {
        Some(parent) => Context::new().with_remote_span_context(SpanContext::new(
            TraceId::from_hex(&parent.trace).ok()?,
            SpanId::from_hex(&parent.span).ok()?,
            TraceFlags::new(parent.flags),
            true,
            TraceState::default(),
        )),
        None => Context::new(),
    };
    span.set_parent(context).ok()?;
    let context = span.context();
    let here = context.span().span_context().clone();
    here.is_valid().then(|| Place {
        trace: here.trace_id().to_string(),
        span: here.span_id().to_string(),
        flags: here.trace_flags().to_u8(),
    })
}
