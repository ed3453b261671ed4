//! Prometheus metrics, on a listener of their own: counts, times and sizes, never payload, address or name.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use cloister_app::App;
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder};
use tokio::{sync::watch, time::Instant};

/// How often the gauges are read.
const EVERY: Duration = Duration::from_secs(5);
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Starts the listener: `GET /metrics` there.
pub(crate) fn serve(address: SocketAddr) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let builder = PrometheusBuilder::new()
        .with_http_listener(address)
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?;
    builder.install().map_err(|e: BuildError| e.into())
}

/// Counts requests and times them, by the route's pattern: ids would make a series each.
pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().to_string();
    let (began, open) = (Instant::now(), gauge!("cloister_http_requests_open"));
    open.increment(1.0);
    let response = next.run(request).await;
    open.decrement(1.0);
    let status = response.status().as_u16().to_string();
    histogram!("cloister_http_request_seconds", "method" => method.clone(), "route" => route.clone())
        .record(began.elapsed().as_secs_f64());
    counter!("cloister_http_requests_total", "method" => method, "route" => route, "status" => status)
        .increment(1);
    response
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; counts stay far below 2^52")]
async fn read(app: &App) -> Result<(), cloister_app::AppError> {
    gauge!("cloister_log_entries").set(app.log_size().await? as f64);
    let depths = app.depths().await?;
    gauge!("cloister_jobs_waiting").set(depths.jobs as f64);
    gauge!("cloister_jobs_failed").set(depths.failed as f64);
    gauge!("cloister_runs_queued").set(depths.queued as f64);
    gauge!("cloister_runs_running").set(depths.running as f64);
    gauge!("cloister_log_entries_waiting").set(depths.unlogged as f64);
    gauge!("cloister_broker_up").set(if app.broker_serves().await { 1.0 } else { 0.0 });
    Ok(())
}

/// Reads the gauges until told to stop.
pub(crate) async fn watch(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = read(&app).await {
            tracing::warn!(%error, "metrics that could not be read");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}
